import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { ValuesEnd } from '@postern/protocol'
import type { RawBuilder } from 'kysely'
import type { Pool, PoolClient } from 'pg'
import type { DatabaseConnection } from '../database/database.ts'
import { rowsAtOnceOf, SnapshotStreams } from '../database/snapshot-streams.ts'
import type { ValueRow } from './version-queries.ts'

/** gzip NDJSON of one version, or of the way from one to the other; `version` is the one that the reader has at the end. */
export type VersionStream = { version: number; body: Readable }

/** Versions that are read at once. */
const streamsMax = 6
/** Rows fetched at a time: with what the compression holds, all that is in memory. */
const rowsAtOnce = 5_000

/** Streams values out of a cursor. */
export class VersionStreams {
  readonly #streams: SnapshotStreams
  readonly #db: DatabaseConnection['db']

  constructor({ pool, db }: { pool: Pool; db: DatabaseConnection['db'] }) {
    this.#streams = new SnapshotStreams(pool, { openMax: streamsMax, what: 'values of data collections' })
    this.#db = db
  }

  /**
   * Lines of `query`, then the line that says that this was all. A stream that fails on the way ends without it.
   * @throws Problem `unavailable` when too many are read at once
   */
  async open(query: RawBuilder<ValueRow>): Promise<Readable> {
    const { sql, parameters } = query.compile(this.#db)
    return this.#streams.open((client) => linesOf(client, sql, parameters), createGzip({ level: 4 }))
  }
}

async function* linesOf(client: PoolClient, query: string, parameters: readonly unknown[]): AsyncGenerator<string> {
  const digest = createHash('sha256')
  const end: { count: number; leftOut: Record<string, number> } = { count: 0, leftOut: {} }
  for await (const rows of rowsAtOnceOf<ValueRow>(client, 'value_row', query, parameters, rowsAtOnce)) {
    const lines: string[] = []
    for (const { change, type, value, leftOut } of rows) {
      if (leftOut !== null) end.leftOut[leftOut] = (end.leftOut[leftOut] ?? 0) + 1
      else lines.push(JSON.stringify(change === undefined ? [type, value] : [change, type, value]))
    }
    if (lines.length === 0) continue
    end.count += lines.length
    const text = `${lines.join('\n')}\n`
    digest.update(text)
    yield text
  }
  const last: ValuesEnd = { ...end, sha256: digest.digest('hex') }
  yield `${JSON.stringify(last)}\n`
}
