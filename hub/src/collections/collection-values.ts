import { createHash } from 'node:crypto'
import { tlpLevels, type TlpLevel } from '@postern/intel'
import type { ValuesEnd } from '@postern/protocol'
import type { Pool, PoolClient } from 'pg'

/** Lines of one fetch from the cursor, which is what this holds in memory. */
const fetchedLines = 5000
/** Values of an indicator without a label leave up to here; they count as unmarked, which AMBER includes (D21). */
export const tlpMaxDefault: TlpLevel = 'AMBER'

export type ValuesQuery = {
  collectionId: string
  organizationId: string
  version: number
  /** Indicator types; undefined for all. */
  types: readonly string[] | undefined
  tlpMax: TlpLevel
}

type Row = { type: string; value: string; tlp: number | null; known: boolean }

/**
 * The values of a collection's version as NDJSON (D4), sorted by the bytes of type and value, closed by a `ValuesEnd`.
 * TLP is that of now, not of when the version was made: what was marked RED since does not leave (D21). Reads by a cursor in one
 * read-only snapshot; memory stays flat whatever the size.
 */
export async function* collectionValues(pool: Pool, query: ValuesQuery): AsyncGenerator<Buffer> {
  const client = await pool.connect()
  let failure: Error | undefined
  try {
    await client.query('begin isolation level repeatable read read only')
    await client.query(`set local work_mem = '64MB'; set local jit = off`)
    await declareCursor(client, query)
    yield* lines(client, query.tlpMax)
    await client.query('commit')
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error))
    throw error
  } finally {
    // A reader that went away leaves the transaction open: the connection is not used again then.
    client.release(failure ?? !(await ended(client)))
  }
}

async function declareCursor(client: PoolClient, query: ValuesQuery): Promise<void> {
  await client.query(
    `declare collection_values no scroll cursor for
     select i.type, i.value, v.tlp, v.indicator_id is not null as known
     from collection_member m
     join indicator i on i.id = m.indicator_id
     left join indicator_view v on v.indicator_id = m.indicator_id and v.organization_id = $2
     where m.collection_id = $1 and m.from_version <= $3 and (m.until_version is null or m.until_version > $3)
       and ($4::text[] is null or i.type = any($4))
     order by i.type collate "C", i.value collate "C"`,
    [query.collectionId, query.organizationId, query.version, query.types ?? null],
  )
}

async function* lines(client: PoolClient, tlpMax: TlpLevel): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  const leftOut: Record<string, number> = {}
  const levelMax = tlpLevels.indexOf(tlpMax)
  let count = 0
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${fetchedLines} from collection_values`)
    let text = ''
    for (const row of rows) {
      const reason = leavingOut(row, levelMax)
      if (reason === undefined) {
        count++
        text += `${JSON.stringify([row.type, row.value])}\n`
      } else leftOut[reason] = (leftOut[reason] ?? 0) + 1
    }
    if (text !== '') {
      const bytes = Buffer.from(text)
      hash.update(bytes)
      yield bytes
    }
    if (rows.length < fetchedLines) break
  }
  const end: ValuesEnd = { count, sha256: hash.digest('hex'), leftOut }
  yield Buffer.from(`${JSON.stringify(end)}\n`)
}

/** Why a value does not leave; undefined where it does. */
function leavingOut(row: Row, levelMax: number): string | undefined {
  // In an old version only: nobody asserts it any more, so nobody says how it is marked.
  if (!row.known) return 'deleted'
  return row.tlp !== null && row.tlp > levelMax ? `TLP:${tlpLevels[row.tlp]}` : undefined
}

/** Whether the connection's transaction has ended and it can serve others. */
async function ended(client: PoolClient): Promise<boolean> {
  try {
    await client.query('rollback')
    return true
  } catch {
    return false
  }
}
