import { AttemptResult, type ExecuteCommand, type HeldAttempt, type SandboxTier } from '@postern/protocol'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import * as z from 'zod/mini'
import type { ProcessIdentity } from '../executor/process-table.ts'
import { inTransaction } from './journal-database.ts'
import type { ResultBox } from './result-box.ts'

export type JournalState = 'queued' | 'running' | 'finished'

export type JournaledAttempt = HeldAttempt & {
  commandId: string
  /** The signed body, as verified. */
  body: string
  placement: 'pooled' | 'pinned'
  state: JournalState
  startedAt: string | undefined
  tier: SandboxTier | undefined
  process: ProcessIdentity | undefined
  logSeqLast: number
}

export type CommandIdentity = HeldAttempt & { commandId: string }

type Row = {
  execution_id: string
  attempt: number
  command_id: string
  body: string
  placement: 'pooled' | 'pinned'
  state: JournalState
  started_at: string | null
  tier: SandboxTier | null
  pid: number | null
  pid_start: string | null
  log_seq_last: number
}

/**
 * What must survive a restart: queued → running → finished → (delivered) forgotten. Everything is written before the step that
 * others can see: accepting before the acknowledgement, the result before its delivery.
 */
export class Journal {
  readonly #database: DatabaseSync
  readonly #box: ResultBox
  /** By their text: preparing one takes longer than most of them take to run, and every command runs several. */
  readonly #statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync, box: ResultBox) {
    this.#database = database
    this.#box = box
  }

  /** Whether a command with this id was taken before (D8). */
  hasSeenCommand(commandId: string): boolean {
    return this.#prepared('select 1 from command_seen where command_id = ?').get(commandId) !== undefined
  }

  /** Whether any command for this attempt was taken before (D10); `held`: the journal still has the attempt. */
  seenAttempt({ executionId, attempt }: HeldAttempt): 'held' | 'forgotten' | undefined {
    const row = this.#prepared(
      `select a.state from command_seen s
       left join attempt a on a.execution_id = s.execution_id and a.attempt = s.attempt
       where s.execution_id = ? and s.attempt = ? limit 1`,
    ).get(executionId, attempt) as { state: string | null } | undefined
    if (!row) return undefined
    return row.state === null ? 'forgotten' : 'held'
  }

  /** The highest attempt of an execution that was ever taken here; 0 if none. */
  latestAttempt(executionId: string): number {
    const row = this.#prepared('select max(attempt) as latest from command_seen where execution_id = ?').get(
      executionId,
    ) as { latest: number | null }
    return row.latest ?? 0
  }

  /** Takes a command: from here on it runs at most once, whatever happens. */
  accept(command: ExecuteCommand, body: string, at: string, forgetAfter: number): void {
    inTransaction(this.#database, () => {
      this.#remember(command, forgetAfter)
      this.#prepared(
        `insert into attempt (execution_id, attempt, command_id, body, placement, state, accepted_at)
         values (?, ?, ?, ?, ?, 'queued', ?)`,
      ).run(command.executionId, command.attempt, command.commandId, body, command.placement, at)
    })
  }

  /** Takes a command whose attempt never runs: refused, or cancelled before it came. The result says which. */
  acceptEnded(command: CommandIdentity, body: string, result: AttemptResult, forgetAfter: number): void {
    inTransaction(this.#database, () => {
      this.#remember(command, forgetAfter)
      this.#prepared(
        `insert into attempt (execution_id, attempt, command_id, body, placement, state, accepted_at, result)
         values (?, ?, ?, ?, 'pinned', 'finished', ?, ?)`,
      ).run(
        command.executionId,
        command.attempt,
        command.commandId,
        body,
        result.finishedAt,
        this.#box.seal(command, JSON.stringify(result)),
      )
    })
  }

  /** Remembers the id of a command that changes nothing in the journal. */
  rememberCommand(command: CommandIdentity, forgetAfter: number): void {
    this.#remember(command, forgetAfter)
  }

  markRunning({ executionId, attempt }: HeldAttempt, process: ProcessIdentity, tier: SandboxTier, at: string): void {
    this.#prepared(
      `update attempt set state = 'running', pid = ?, pid_start = ?, tier = ?, started_at = ?
       where execution_id = ? and attempt = ? and state = 'queued'`,
    ).run(process.pid, process.startTicks, tier, at, executionId, attempt)
  }

  /** The first result stands; a later one, from a path that did not know, changes nothing. */
  finish(held: HeldAttempt, result: AttemptResult): void {
    this.#prepared(
      `update attempt set state = 'finished', result = ?, pid = null, pid_start = null
       where execution_id = ? and attempt = ? and state <> 'finished'`,
    ).run(this.#box.seal(held, JSON.stringify(result)), held.executionId, held.attempt)
  }

  /** The hub has the result. Its command ids stay, so that a late copy of the command is still known. */
  forget({ executionId, attempt }: HeldAttempt): void {
    this.#prepared('delete from attempt where execution_id = ? and attempt = ?').run(executionId, attempt)
  }

  /** Everything held, oldest first. */
  held(): JournaledAttempt[] {
    const rows = this.#prepared('select * from attempt order by accepted_at, rowid').all() as unknown as Row[]
    return rows.map(fromRow)
  }

  heldAttempts(): HeldAttempt[] {
    const rows = this.#prepared('select execution_id, attempt from attempt order by accepted_at, rowid').all() as {
      execution_id: string
      attempt: number
    }[]
    return rows.map((row) => ({ executionId: row.execution_id, attempt: row.attempt }))
  }

  /** Results that the hub does not have yet, oldest first. */
  undelivered(limit: number): (HeldAttempt & { result: AttemptResult })[] {
    const rows = this.#prepared(
      `select execution_id, attempt, result from attempt where state = 'finished' order by accepted_at, rowid limit ?`,
    ).all(limit) as { execution_id: string; attempt: number; result: string }[]
    return rows.map((row) => {
      const held = { executionId: row.execution_id, attempt: row.attempt }
      const text = this.#box.open(held, row.result)
      return { ...held, result: text === undefined ? unreadable() : z.parse(AttemptResult, JSON.parse(text)) }
    })
  }

  undeliveredCount(): number {
    const row = this.#prepared(`select count(*) as count from attempt where state = 'finished'`).get() as {
      count: number
    }
    return row.count
  }

  forgetOldCommands(now: number): void {
    this.#prepared(
      `delete from command_seen where forget_after < ? and not exists
         (select 1 from attempt a where a.execution_id = command_seen.execution_id and a.attempt = command_seen.attempt)`,
    ).run(now)
  }

  #prepared(text: string): StatementSync {
    const known = this.#statements.get(text)
    if (known !== undefined) return known
    const made = this.#database.prepare(text)
    this.#statements.set(text, made)
    return made
  }

  #remember(command: CommandIdentity, forgetAfter: number): void {
    this.#prepared(
      'insert or ignore into command_seen (command_id, execution_id, attempt, forget_after) values (?, ?, ?, ?)',
    ).run(command.commandId, command.executionId, command.attempt, forgetAfter)
  }
}

/** The keychain is another one than when the attempt ended. What the attempt did is not known any more. */
function unreadable(): AttemptResult {
  return {
    outcome: 'interrupted',
    exitCode: null,
    message: 'How it ended cannot be read any more: the environment server has another keychain than it had then.',
    results: {},
    tier: null,
    startedAt: null,
    finishedAt: new Date().toISOString(),
    usage: null,
    logSeqLast: 0,
  }
}

function fromRow(row: Row): JournaledAttempt {
  return {
    executionId: row.execution_id,
    attempt: row.attempt,
    commandId: row.command_id,
    body: row.body,
    placement: row.placement,
    state: row.state,
    startedAt: row.started_at ?? undefined,
    tier: row.tier ?? undefined,
    process: row.pid === null || row.pid_start === null ? undefined : { pid: row.pid, startTicks: row.pid_start },
    logSeqLast: row.log_seq_last,
  }
}
