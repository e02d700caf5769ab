import { tlpLevels, type TlpLevel } from '@postern/intel'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** One change of a collection's members, by its number. */
export type MemberChange = { number: string; version: number; change: 'entered' | 'departed'; type: string; value: string }

/**
 * Changes after version `since` up to `version`, by number. What entered and is marked above `tlpMax` is left out (D21);
 * what departed is told in any case, since a reader may still hold it.
 */
export async function collectionChanges(
  db: Db,
  query: { collectionId: string; organizationId: string; since: number; version: number; after: string; tlpMax: TlpLevel; limit: number },
): Promise<MemberChange[]> {
  const { rows } = await sql<MemberChange>`
    select h.number, h.version, h.change, i.type, i.value
    from collection_change h
    join indicator i on i.id = h.indicator_id
    left join indicator_view v on v.indicator_id = h.indicator_id and v.organization_id = ${query.organizationId}
    where h.collection_id = ${query.collectionId} and h.number > ${query.after} and h.version > ${query.since} and h.version <= ${query.version}
      and (h.change = 'departed' or v.tlp is null or v.tlp <= ${tlpLevels.indexOf(query.tlpMax)})
    order by h.number limit ${query.limit}`.execute(db)
  return rows
}
