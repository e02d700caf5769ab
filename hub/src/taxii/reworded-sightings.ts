import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { KeptRow } from './kept-object.ts'

/** Of what these sightings name: the ids under which it goes out now, by its own. */
export async function idsOfReturned(
  trx: Db,
  taxiiCollectionId: string,
  rows: readonly KeptRow[],
): Promise<ReadonlyMap<string, string>> {
  const named = rows.flatMap(({ isReworded, namedIds }) => (isReworded ? (namedIds ?? []) : []))
  if (named.length === 0) return new Map()
  const { rows: found } = await sql<{ keptId: string; id: string }>`
    select kept_id as "keptId", object_id as id from taxii_object
    where taxii_collection_id = ${taxiiCollectionId} and kept_id = any(${named}::text[]) and is_last and not is_revoked`.execute(
    trx,
  )
  return new Map(found.map(({ keptId, id }) => [keptId, id]))
}

/** The text, with the ids of now in place of those that it names. */
export function namingNow(text: string | undefined, idsNow: ReadonlyMap<string, string>): string | undefined {
  if (text === undefined) return undefined
  const idNow = (id: unknown) => idsNow.get(String(id)) ?? id
  const said = Object.entries(JSON.parse(text) as Record<string, unknown>).map(([name, value]) => {
    if (name.endsWith('_ref')) return [name, idNow(value)]
    return [name, name.endsWith('_refs') && Array.isArray(value) ? (value as unknown[]).map(idNow) : value]
  })
  return JSON.stringify(Object.fromEntries(said))
}
