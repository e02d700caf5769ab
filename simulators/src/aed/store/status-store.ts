import type { DatabaseSync } from 'node:sqlite'

/** A TAXII 2.0 status resource (4.3.1), complete. How it looks while pending is derived from it. */
export interface CompleteStatus {
  readonly id: string
  readonly requestTimestamp: string
  readonly successes: readonly string[]
  readonly failures: ReadonlyArray<{ readonly id: string; readonly message: string }>
}

/** The specification asks for 24 hours; the number keeps the file bounded. */
const keptSeconds = 24 * 60 * 60
const keptMax = 500

export class StatusStore {
  #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  add(status: CompleteStatus, pollsLeft: number): void {
    const now = Math.floor(Date.now() / 1000)
    const added = this.#database
      .prepare('insert into status (id, created_at, polls_left, json) values (?, ?, ?, ?)')
      .run(status.id, now, pollsLeft, JSON.stringify(status))
    this.#database
      .prepare('delete from status where created_at < ? or seq <= ?')
      .run(now - keptSeconds, Number(added.lastInsertRowid) - keptMax)
  }

  /** Reads a status and counts the poll: `isPending` until the promised number of polls has been answered. */
  poll(id: string): { status: CompleteStatus; isPending: boolean } | undefined {
    const row = this.#database.prepare('select polls_left, json from status where id = ?').get(id)
    if (row === undefined) return undefined
    const isPending = Number(row['polls_left']) > 0
    if (isPending) this.#database.prepare('update status set polls_left = polls_left - 1 where id = ?').run(id)
    // Written by add() above and by nobody else.
    return { status: JSON.parse(String(row['json'])) as CompleteStatus, isPending }
  }
}
