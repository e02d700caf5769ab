import { DatabaseSync } from 'node:sqlite'

/** Each entry is one step; `user_version` counts those that were made. Append only. */
const steps = [
  `create table attempt (
     execution_id text not null,
     attempt integer not null,
     command_id text not null,
     -- The signed body as it came; its secrets are sealed to this server's key (D9).
     body text not null,
     placement text not null check (placement in ('pooled', 'pinned')),
     state text not null check (state in ('queued', 'running', 'finished')),
     accepted_at text not null,
     started_at text,
     tier text,
     -- The process that everything of the attempt descends from, and its start in clock ticks since boot.
     pid integer,
     pid_start text,
     log_seq_last integer not null default 0,
     -- AttemptResult as JSON, sealed (result-box.ts).
     result text,
     primary key (execution_id, attempt)
   ) strict;
   create table command_seen (
     command_id text primary key,
     execution_id text not null,
     attempt integer not null,
     -- Epoch milliseconds: notAfter + 24 h (D8).
     forget_after integer not null
   ) strict;
   create index command_seen_by_attempt on command_seen (execution_id, attempt);
   create index command_seen_by_age on command_seen (forget_after);
   create table log_chunk (
     id integer primary key,
     execution_id text not null,
     attempt integer not null,
     -- NDJSON of LogLine, gzip.
     body blob not null
   ) strict;`,
  `create table configure_command (
     command_id text primary key,
     outcome text not null check (outcome in ('applied', 'refused')),
     detail text not null,
     -- 1: the hub has the answer.
     told integer not null default 0,
     -- Epoch milliseconds: notAfter + 24 h (D8).
     forget_after integer not null
   ) strict;`,
  `create table policy_narrowing (
     command_id text primary key,
     -- PolicyNarrowing as JSON, as it was signed.
     narrowing text not null,
     taken_at text not null
   ) strict;
   -- What was let run, for policy lock (D36).
   create table policy_use (
     kind text not null,
     name text not null,
     -- Epoch milliseconds.
     used_at integer not null,
     primary key (kind, name)
   ) strict;
   -- Publishers whose packages were refused, with their public keys as PEM.
   create table offered_publisher (
     fingerprint text primary key,
     public_key text not null,
     program_name text not null
   ) strict;`,
]

/** Does the work whole or not at all. */
export function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('begin immediate')
  try {
    work()
    database.exec('commit')
  } catch (error) {
    // A full disk has rolled it back already: https://www.sqlite.org/lang_transaction.html, section 3.
    if (database.isTransaction) database.exec('rollback')
    throw error
  }
}

/** SQLITE_IOERR and SQLITE_FULL (https://www.sqlite.org/rescode.html), or a file's own word for it. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('errcode' in error) return [10, 13].includes(Number(error.errcode) & 0xff)
  return 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}

/**
 * The journal's file. synchronous=FULL with a write-ahead log: a commit that returned is on the disk, so an acknowledgement
 * may follow it.
 */
export function openJournalDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path)
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 5000')
  const { user_version: made } = database.prepare('pragma user_version').get() as { user_version: number }
  if (made > steps.length) {
    database.close()
    throw new Error(`the journal ${path} was written by a newer release of the environment server (step ${made})`)
  }
  for (const [index, step] of steps.entries()) {
    if (index < made) continue
    database.exec(`begin immediate; ${step} pragma user_version = ${index + 1}; commit`)
  }
  return database
}
