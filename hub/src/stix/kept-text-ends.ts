import { canonicalise, indicatorId, readIndicatorLine } from '@postern/intel'
import type { KeptTextEnd } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { storable } from '../database/storable.ts'
import { inScope, type LibraryScope } from '../library/library-scope.ts'
import { endsNamedMax } from './stix-limits.ts'

/** Of a name: what has fewer letters in a row is in no index of such parts, so that every name would be read for it. */
const isIndexed = (text: string) => /[\p{L}\p{N}]{3}/u.test(text)

/** Ids that the text of an object `o` has for what it joins, by its `said`: the two ends of a relationship, or what a sighting is of. */
export const endRefs = sql<string[] | null>`case o.type
  when 'relationship' then array_remove(array[left(p.said->>'source_ref', 300), left(p.said->>'target_ref', 300)], null)
  when 'sighting' then array_remove(array[left(p.said->>'sighting_of_ref', 300)], null) end`

type Refs = { ownerId: string; refs: readonly string[] | null }
type EndRow = KeptTextEnd & { ownerId: string }

/**
 * What the library calls the ends: the group or the one value that an object of the same owner became, else the name that its text has.
 * @returns by owner and id of the object, as `endKey` joins them
 */
export async function endsOf(db: Db, rows: readonly Refs[]): Promise<Map<string, KeptTextEnd>> {
  const asked = new Map(
    rows.flatMap(({ ownerId, refs }) => (refs ?? []).map((id) => [endKey(ownerId, id), { ownerId, id }])),
  )
  if (asked.size === 0) return new Map()
  const owners = [...asked.values()].map(({ ownerId }) => ownerId)
  const ids = [...asked.values()].map(({ id }) => id)
  const { rows: ends } = await sql<EndRow>`
    select asked.owner_id as "ownerId", asked.object_id as "objectId", g.id as "groupId", i.id as "indicatorId",
      left(coalesce(g.name, i.value, stix_json(o.body)->>'name', stix_json(o.body)->>'value'), 300) as name
    from unnest(${owners}::bigint[], ${ids}::text[]) as asked (owner_id, object_id)
    left join lateral (
      select s.group_id, s.indicator_ids, s.body from stix_object s
      where s.owner_id = asked.owner_id and s.object_id = asked.object_id order by s.version desc limit 1
    ) o on true
    -- A group that came by a batch may have an object's id as its xid.
    left join library_group x on x.owner_id = asked.owner_id and x.xid = asked.object_id and o.group_id is null
    left join library_group g on g.id = coalesce(o.group_id, x.id)
    left join indicator i on cardinality(o.indicator_ids) = 1 and i.id = o.indicator_ids[1]
      and exists (select from assertion a where a.indicator_id = i.id and a.owner_id = asked.owner_id)`.execute(db)
  return new Map(ends.map(({ ownerId, ...end }) => [endKey(ownerId, end.objectId), end]))
}

export function endKey(ownerId: string, objectId: string): string {
  return `${ownerId} ${objectId}`
}

/**
 * Ids of objects that became a group of a name with this in it, or this value: by them relationships and sightings are found whose texts
 * have no names. Fewer than three letters in a row find no name.
 */
export async function objectsNamed(
  db: Db,
  scope: LibraryScope,
  ownerId: string | undefined,
  text: string,
): Promise<string[]> {
  const ofOwner = (column: RawBuilder<unknown>) =>
    ownerId === undefined ? inScope(column, scope) : sql`(${column} = ${ownerId} and ${inScope(column, scope)})`
  const pattern = `%${storable(text).replace(/[\\%_]/g, '\\$&')}%`
  const value = valueIn(text)
  const { rows } = await sql<{ id: string }>`
    with named as materialized (
      select g.id, g.xid from library_group g
      where ${isIndexed(text)} and g.name ilike ${pattern} and ${ofOwner(sql`g.owner_id`)} limit ${endsNamedMax}
    )
    select o.object_id as id from stix_object o where o.group_id in (select id from named)
    union select xid from named
    union (select o.object_id from stix_object o
      where cardinality(o.indicator_ids) = 1 and o.indicator_ids[1] = ${value}::uuid and ${ofOwner(sql`o.owner_id`)} limit ${endsNamedMax})
    limit ${endsNamedMax * 2}`.execute(db)
  return rows.map(({ id }) => id)
}

/** The id of the indicator that a text is, in any spelling. */
function valueIn(text: string): string | null {
  const read = readIndicatorLine(text)
  if (read === undefined || !read.ok) return null
  const canonical = canonicalise(read.type, read.value)
  return canonical.ok ? indicatorId(read.type, canonical.value) : null
}
