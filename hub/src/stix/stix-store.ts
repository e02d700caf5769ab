import { labelOfStixMarking, type LibraryPlace, parseGroupType, parseIndicatorType } from '@postern/intel'
import type { Pool, PoolClient } from 'pg'
import { copyPieces } from '../batches/writers/sent-tables.ts'
import { instantTextOf } from '../database/instant-text.ts'
import type { KnownObject } from './bundle-messages.ts'

const instant = instantTextOf('version')

/** Types of objects that are mapped and become neither indicators nor a group. */
export const itemlessTypes = ['relationship', 'sighting', 'marking-definition'] as const
const itemless = itemlessTypes.map((type) => `'${type}'`).join(', ')

/** Whether the owner no longer asserts all that an object, a row `o`, was mapped to: a batch may take away what a bundle brought. */
const isGone = `o.outcome = 'mapped' and case
  when cardinality(o.indicator_ids) > 0 then exists (
    select from unnest(o.indicator_ids) said (indicator_id)
    where not exists (select from assertion a where a.owner_id = $1 and a.indicator_id = said.indicator_id))
  else o.group_id is null and o.type not in (${itemless}) end`

/** Ids that one query asks for. */
const idsAtOnce = 10_000

/** The newest version that an owner has of each of these objects. */
export async function knownObjects(pool: Pool, ownerId: string, ids: readonly string[]): Promise<KnownObject[]> {
  const known: KnownObject[] = []
  for (const some of piecesOf(ids)) {
    const { rows } = await pool.query<KnownObject>(
      `select o.id, o.version, o.sha256, o.outcome, (${isGone}) as "isGone" from (
         select distinct on (object_id) object_id as id, ${instant} as version, encode(body_sha256, 'hex') as sha256, outcome, type,
           indicator_ids, group_id
         from stix_object where owner_id = $1 and object_id = any($2::text[])
         order by object_id, stix_object.version desc
       ) o`,
      [ownerId, some],
    )
    known.push(...rows)
  }
  return known
}

type PlaceRow = {
  id: string
  type: string
  body: string | null
  group_type: string | null
  xid: string | null
  values: { type: string; value: string }[] | null
}

/** Where objects of earlier bundles went: groups, indicators, or the label that a marking says. */
export async function placesOf(
  pool: Pool,
  ownerId: string,
  ids: readonly string[],
): Promise<Map<string, LibraryPlace>> {
  const places = new Map<string, LibraryPlace>()
  for (const some of piecesOf(ids)) {
    const { rows } = await pool.query<PlaceRow>(
      `select o.object_id as id, o.type, case when o.type = 'marking-definition' then o.body end as body,
         g.type as group_type, g.xid,
         (select json_agg(json_build_object('type', i.type, 'value', i.value)) from indicator i where i.id = any(o.indicator_ids)) as values
       from (
         select distinct on (object_id) object_id, type, body, group_id, indicator_ids
         from stix_object where owner_id = $1 and object_id = any($2::text[]) order by object_id, version desc
       ) o left join library_group g on g.id = o.group_id`,
      [ownerId, some],
    )
    for (const row of rows) {
      const place = toPlace(row)
      if (place !== undefined) places.set(row.id, place)
    }
  }
  // A group that came by a batch may have an object's id as its xid.
  const others = ids.filter((id) => !places.has(id))
  for (const some of piecesOf(others)) {
    const { rows } = await pool.query<{ xid: string; type: string }>(
      'select xid, type from library_group where owner_id = $1 and xid = any($2::text[])',
      [ownerId, some],
    )
    for (const { xid, type } of rows) {
      const groupType = parseGroupType(type)
      if (groupType !== undefined) places.set(xid, { kind: 'group', type: groupType, xid })
    }
  }
  return places
}

function toPlace({ id, type, body, group_type: groupType, xid, values }: PlaceRow): LibraryPlace | undefined {
  if (body !== null) {
    const name = labelOfStixMarking({ ...(JSON.parse(body) as Record<string, unknown>), id, type })
    return name === undefined ? undefined : { kind: 'label', name }
  }
  const known = groupType === null ? undefined : parseGroupType(groupType)
  if (known !== undefined && xid !== null) return { kind: 'group', type: known, xid }
  const placed = (values ?? []).flatMap((value) => {
    const indicatorType = parseIndicatorType(value.type)
    return indicatorType === undefined ? [] : [{ type: indicatorType, value: value.value }]
  })
  return placed.length === 0 ? undefined : { kind: 'indicators', values: placed }
}

/** A stretch of COPY text handed to PostgreSQL at a time. */
const pieceBytes = 1 << 20

/**
 * Writes objects of a bundle, given as COPY lines of `sent_stix_object`. In the transaction of their batch, whose time is also that of
 * what they were mapped to: what is changed later is seen to be. One that was kept before, or taken away, and is mapped now
 * says so; a version never changes its text.
 */
export async function writeObjects(client: PoolClient, ownerId: string, pieces: readonly Uint8Array[]): Promise<void> {
  if (pieces.length === 0) return
  await copyPieces(client, 'sent_stix_object', [...stretches(pieces)])
  await client.query({
    // Planned anew for each small bundle it costs more than it writes.
    name: 'postern write stix objects',
    text: `insert into stix_object as known
       (owner_id, object_id, type, version, spec_version, body, body_sha256, indicator_ids, group_id, marking_tlp,
         sighting_of, sighted_at, sighted_count, named_ids, outcome, reason, added_at)
     select $1, s.object_id, s.type, coalesce(s.version, now()), s.spec_version, s.body, s.body_sha256, s.indicator_ids,
       (select g.id from library_group g where g.owner_id = $1 and g.xid = s.group_xid), s.marking_tlp,
       s.sighting_of, s.sighted_at, s.sighted_count, s.named_ids, s.outcome, s.reason, now()
     from sent_stix_object s
     on conflict (owner_id, object_id, version) do update
       set outcome = excluded.outcome, reason = excluded.reason, indicator_ids = excluded.indicator_ids, group_id = excluded.group_id,
         sighting_of = excluded.sighting_of, sighted_at = excluded.sighted_at, sighted_count = excluded.sighted_count, added_at = excluded.added_at
       where excluded.outcome = 'mapped'`,
    values: [ownerId],
  })
}

function* stretches(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const bytes of pieces)
    for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes)
}

function* piecesOf(ids: readonly string[]): Generator<string[]> {
  for (let from = 0; from < ids.length; from += idsAtOnce) yield ids.slice(from, from + idsAtOnce)
}
