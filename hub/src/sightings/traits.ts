import type { SightingTrait } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { sightingEventTypes } from './group-sightings.ts'
import { members } from './members.ts'
import { traitTql } from './trait-tql.ts'

const traitsShownMax = 200
/** Of each kind, the commonest among the sighted. */
const candidatesMax = 1000
/** Values beside the sighted ones that are looked at; of more, as many as this, chosen evenly (ids are hashes). */
const comparedMax = 50_000
/** Longer values of attributes are prose, which no two share for a reason. */
const attributeCharactersMax = 200

type Totals = { sightedValues: number; collectionValues: number }
type Candidate = { kind: SightingTrait['kind']; name: string; of: string | null; sighted: number; others: number }

/**
 * What at least two of the values in `sighted` share, and how much commoner it is among them than in what they are compared with. Counts
 * of the sighted are exact; those of the others are, up to 50,000 values, and beyond come from so many of them.
 */
export async function readTraits(
  db: Db,
  organizationId: string,
  collectionId: string | undefined,
  totals: Totals,
): Promise<SightingTrait[]> {
  if (totals.sightedValues < 2) return []
  const scale = await chooseCompared(db, organizationId, collectionId, totals)
  const own = sql`(select id from owner where organization_id = ${organizationId})`
  // Each says which values have which trait; the second table is `sighted` or `compared`.
  const traits = (table: 'sighted' | 'compared') => sql`
    select 'tag' as kind, t.name, null::text as of, v.indicator_id
    from ${sql.ref(table)} c join indicator_view v on v.indicator_id = c.indicator_id and v.organization_id = ${organizationId}
    cross join lateral unnest(v.tags) t (name)
    union all
    select 'type', i.type, null, i.id from ${sql.ref(table)} c join indicator i on i.id = c.indicator_id
    union all
    select 'owner', o.name, null, a.indicator_id
    from ${sql.ref(table)} c join assertion a on a.indicator_id = c.indicator_id join owner o on o.id = a.owner_id
    where o.organization_id = ${organizationId}
    union all
    select distinct 'group', g.name, g.type, l.indicator_id
    from ${sql.ref(table)} c join indicator_group l on l.indicator_id = c.indicator_id join library_group g on g.id = l.group_id
    where l.owner_id in ${own} and not (g.type = 'Event' and coalesce(g.detail->>'eventType' = any(${[...sightingEventTypes]}::text[]), false))
    union all
    select distinct 'attribute', t.value, t.type, t.indicator_id
    from ${sql.ref(table)} c join assertion_attribute t on t.indicator_id = c.indicator_id
    where t.owner_id in ${own} and length(t.value) <= ${attributeCharactersMax}`
  await sql`
    create temporary table trait on commit drop as
    select kind, name, of, sighted from (
      select *, row_number() over (partition by kind order by sighted desc, name) as place from (
        select kind, name, of, count(*) as sighted from (${traits('sighted')}) found group by kind, name, of having count(*) >= 2
      ) counted
    ) placed where place <= ${candidatesMax}`.execute(db)
  await sql`analyze trait`.execute(db)
  const { rows } = await sql<Candidate>`
    select t.kind, t.name, t.of, t.sighted::float8 as sighted, coalesce(o.others, 0)::float8 as others
    from trait t left join (
      select f.kind, f.name, f.of, count(*) as others from (${traits('compared')}) f
      where (f.kind, f.name) in (select kind, name from trait)
      group by f.kind, f.name, f.of
    ) o on o.kind = t.kind and o.name = t.name and o.of is not distinct from t.of`.execute(db)
  // Of two without a lift the difference is NaN, so that the next comparison decides.
  return rows
    .map((row) => toTrait(row, totals, scale))
    .sort((a, b) => (b.lift ?? Infinity) - (a.lift ?? Infinity) || b.sighted - a.sighted || compare(a.name, b.name))
    .slice(0, traitsShownMax)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Fills `compared` with values that were not sighted. @returns how many each of them stands for */
async function chooseCompared(
  db: Db,
  organizationId: string,
  collectionId: string | undefined,
  { sightedValues, collectionValues }: Totals,
): Promise<number> {
  const others = Math.max(0, collectionValues - sightedValues)
  const isAll = others <= comparedMax
  // Ids are the beginnings of SHA-256 (D1): those below a share of all ids are such a share of the values.
  const share = isAll ? 1 : comparedMax / others
  const below = `${Math.floor(share * 0xffff_ffff)
    .toString(16)
    .padStart(8, '0')}-0000-0000-0000-000000000000`
  await sql`
    create temporary table compared on commit drop as
    select m.indicator_id from ${members(organizationId, collectionId)} m
    where ${isAll ? sql`true` : sql`m.indicator_id < ${below}::uuid`}
      and m.indicator_id not in (select indicator_id from sighted)`.execute(db)
  await sql`analyze compared`.execute(db)
  const { rows } = await sql<{ count: string }>`select count(*) from compared`.execute(db)
  const count = Number(rows[0]?.count)
  return isAll || count === 0 ? 1 : others / count
}

function toTrait(
  { kind, name, of, sighted, others }: Candidate,
  { sightedValues, collectionValues }: Totals,
  scale: number,
): SightingTrait {
  const sightedShare = sighted / sightedValues
  const collectionShare = Math.min(1, (sighted + others * scale) / collectionValues)
  return {
    kind,
    name,
    of,
    sighted,
    sightedShare,
    collectionShare,
    lift: others === 0 && collectionValues > sightedValues ? null : sightedShare / collectionShare,
    tql: traitTql(kind, name, of),
  }
}
