import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** 4 KiB pages; the file never grows past 8 GiB, whatever is posted. */
const pagesMax = 2 * 1024 * 1024

const schema = `
  create table if not exists collection (
    number integer primary key,
    id text not null unique,
    title text not null unique,
    description text not null
  ) strict;
  create table if not exists object (
    seq integer primary key autoincrement,
    collection integer not null references collection (number),
    stix_id text not null,
    type text not null,
    modified text not null,
    revoked integer not null,
    kind text,
    value text,
    added_at text not null,
    json text not null,
    unique (collection, stix_id)
  ) strict;
  create index if not exists object_in_order on object (collection, revoked, seq);
  create table if not exists status (
    seq integer primary key autoincrement,
    id text not null unique,
    created_at integer not null,
    polls_left integer not null,
    json text not null
  ) strict;
  create table if not exists alert (
    id integer primary key autoincrement,
    json text not null
  ) strict;
`

/**
 * The appliance's memory: one SQLite file. A write is in its log before the client has an answer, so a killed
 * process loses nothing it confirmed. (A power cut may lose the last moments; a rehearsal bears that.)
 * @throws Error when another simulator holds the folder.
 */
export function openApplianceDatabase(stateDir: string): DatabaseSync {
  const path = join(stateDir, 'appliance.sqlite')
  // Made beforehand, because SQLite gives its log the rights of this file.
  closeSync(openSync(path, 'a', 0o600))
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    database.exec(`
      pragma locking_mode = exclusive;
      pragma journal_mode = wal;
      pragma synchronous = normal;
      pragma journal_size_limit = 67108864;
      pragma foreign_keys = on;
      pragma max_page_count = ${pagesMax};
      begin exclusive;
      ${schema}
      commit;
    `)
  } catch (error) {
    database.close()
    if (error instanceof Error && /locked|busy/.test(error.message)) {
      throw new Error(`another AED simulator is running in ${stateDir}; stop it, or choose another folder`, {
        cause: error,
      })
    }
    throw new Error(`${path} cannot be opened`, { cause: error })
  }
  return database
}

/** Runs `work` wholly or not at all. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('begin immediate')
  try {
    const result = work()
    database.exec('commit')
    return result
  } catch (error) {
    database.exec('rollback')
    throw error
  }
}
