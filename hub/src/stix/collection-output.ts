import { parseIndicatorType, tlpLevels } from '@postern/intel'
import type { PoolClient } from 'pg'
import { type DescribedRow, describedValuesOf, type ValueFilter } from '../collections/version-queries.ts'
import type { Db } from '../database/database.ts'
import { rowsOf } from '../database/snapshot-streams.ts'
import { OutputWriter } from './output-writer.ts'
import type { StixFormat } from './stix-format.ts'

export type ReadableVersion = { name: string; collectionId: string; version: number; filter: ValueFilter }

const leftOutWords = {
  inactive: 'values that are inactive',
  tlp: 'values above the permitted TLP',
  excluded: 'values that an exclusion list blocks',
} as const

/** The values of a version as STIX, in the order of their bytes. */
export async function* collectionOutput(
  client: PoolClient,
  db: Db,
  { name, collectionId, version, filter }: ReadableVersion,
  format: StixFormat,
): AsyncGenerator<string> {
  const { rows: made } = await client.query<{ made_at: Date }>(
    'select made_at from collection_version where collection_id = $1 and version = $2',
    [collectionId, version],
  )
  const writer = new OutputWriter(format, {
    parts: ['collection', collectionId, String(version), filter.tlpMax, ...(filter.types ?? [])],
    title: name,
    timestamp: made[0]?.made_at ?? new Date(0),
    intent: 'Indicators - Watchlist',
  })
  yield writer.start()
  const { sql, parameters } = describedValuesOf(collectionId, version, filter).compile(db)
  for await (const row of rowsOf<DescribedRow>(client, 'stix_value', sql, parameters)) {
    const type = parseIndicatorType(row.type)
    if (row.leftOut !== null) writer.leaveOut(leftOutWords[row.leftOut])
    else if (type !== undefined) {
      yield writer.indicator({
        type,
        value: row.value,
        created: row.added_at,
        modified: row.modified_at,
        tlp: row.tlp === null ? null : tlpLevels[row.tlp],
        rating: row.rating,
        confidence: row.confidence,
        tags: row.tags,
      })
    }
  }
  yield* writer.end()
}
