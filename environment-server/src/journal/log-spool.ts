import type { HeldAttempt, LogLine } from '@postern/protocol'
import type { DatabaseSync } from 'node:sqlite'
import { gzipSync } from 'node:zlib'
import { inTransaction, isDiskFull } from './journal-database.ts'

/** Compressed log that may wait on disk for the hub, over all attempts. Beyond it, lines are dropped and counted. */
const spoolBytesMax = 64 * 1024 * 1024

export type LogChunk = HeldAttempt & { id: number; body: Uint8Array }

/** Log lines on their way to the hub: at least once, in order, bounded. */
export class LogSpool {
  readonly #database: DatabaseSync
  readonly #bytesMax: number
  #bytes: number

  constructor(database: DatabaseSync, bytesMax = spoolBytesMax) {
    this.#database = database
    this.#bytesMax = bytesMax
    const row = database.prepare('select coalesce(sum(length(body)), 0) as bytes from log_chunk').get() as {
      bytes: number
    }
    this.#bytes = row.bytes
  }

  /** Whether the spool took the lines; if not, it is full. A sequence number is used up only when it was taken. */
  add({ executionId, attempt }: HeldAttempt, lines: readonly LogLine[]): boolean {
    const last = lines.at(-1)
    if (!last) return true
    const body = gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { level: 6 })
    if (this.#bytes + body.length > this.#bytesMax) return false
    try {
      inTransaction(this.#database, () => {
        this.#database
          .prepare('insert into log_chunk (execution_id, attempt, body) values (?, ?, ?)')
          .run(executionId, attempt, body)
        this.#database
          .prepare('update attempt set log_seq_last = ? where execution_id = ? and attempt = ?')
          .run(last.seq, executionId, attempt)
      })
    } catch (error) {
      // A full disk drops log lines, which are counted; anything else is a defect.
      if (isDiskFull(error)) return false
      throw error
    }
    this.#bytes += body.length
    return true
  }

  oldest(): LogChunk | undefined {
    const row = this.#database
      .prepare('select id, execution_id, attempt, body from log_chunk order by id limit 1')
      .get() as { id: number; execution_id: string; attempt: number; body: Uint8Array } | undefined
    return row && { id: row.id, executionId: row.execution_id, attempt: row.attempt, body: row.body }
  }

  remove(chunk: LogChunk): void {
    this.#database.prepare('delete from log_chunk where id = ?').run(chunk.id)
    this.#bytes -= chunk.body.length
  }
}
