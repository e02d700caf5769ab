import { tlpLevels } from '@postern/intel'
import type { CollectionHistoryEntry, CollectionVersion } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { pageOf } from '../lib/page.ts'
import { Problem } from '../lib/problem.ts'
import type { Condition } from '../library/tql-comparison.ts'
import { assertionsOf } from '../library/assertions-of.ts'
import { compileTql } from '../library/tql-to-sql.ts'
import type { CollectionRow } from './collection-store.ts'

/** Newest first. @param before a version; those made before it follow */
export async function listVersions(
  db: Db,
  collectionId: string,
  before: string | undefined,
  limit: number,
): Promise<{ data: CollectionVersion[]; next?: string }> {
  const { rows } = await sql<Omit<CollectionVersion, 'madeAt' | 'queryChange'> & QueryChange & { madeAt: Date }>`
    select version, member_count::float8 as count, entered::float8 as entered, departed::float8 as departed,
      changed::float8 as changed, made_at as "madeAt", ${queryChange}
    from collection_version v
    where collection_id = ${collectionId} and version < ${before ?? versionMax}::int
    order by version desc limit ${limit + 1}`.execute(db)
  const { data, ...next } = pageOf(rows, limit, (row) => String(row.version))
  return {
    data: data.map(({ tql, changedBy, changedAt, madeAt, ...row }) => ({
      ...row,
      madeAt: madeAt.toISOString(),
      queryChange: changedAt === null ? null : { tql, by: changedBy, at: changedAt.toISOString() },
    })),
    ...next,
  }
}

/** The change of the query with which a version was made, if there was one. */
type QueryChange = { tql: string; changedBy: string; changedAt: Date } | { tql: null; changedBy: null; changedAt: null }
const queryChange = sql`v.changed_query as tql, v.query_changed_by as "changedBy", v.query_changed_at as "changedAt"`

const versionMax = '2147483647'

/**
 * What entered, left and changed, newest first, each with the reason as far as the library still knows it: assertions as they
 * are now, who deleted, which exclusion list.
 *
 * @param before number of a change; those before it follow
 */
export async function listHistory(
  db: Db,
  collection: CollectionRow,
  before: string | undefined,
  limit: number,
  now: Date,
): Promise<{ data: CollectionHistoryEntry[]; next?: string }> {
  const rows = await readChanges(db, collection.id, before, limit + 1)
  const { data: shown, ...next } = pageOf(rows, limit, (row) => row.number)
  const facts = await readFacts(
    db,
    collection,
    shown.map(({ indicatorId }) => indicatorId),
    now,
  )
  const data = shown.map(({ madeAt, number, member, changedBy, changedAt, tql: _tql, ...row }) => ({
    ...row,
    number: Number(number),
    reason: reasonOf({ ...row, member, changedBy, changedAt }, facts.get(row.indicatorId) ?? noFacts),
    madeAt: madeAt.toISOString(),
  }))
  return { data, ...next }
}

type Member = { active: boolean; tlp: number | null; excluded: boolean }
type ChangeRow = Omit<CollectionHistoryEntry, 'reason' | 'madeAt' | 'number'> & {
  number: string
  madeAt: Date
  /** As the version has it; null for what left. */
  member: Member | null
} & QueryChange

async function readChanges(
  db: Db,
  collectionId: string,
  before: string | undefined,
  limit: number,
): Promise<ChangeRow[]> {
  const { rows } = await sql<ChangeRow>`
    select c.number::text as number, c.version, c.change, c.indicator_id as "indicatorId", i.type, i.value, v.made_at as "madeAt", ${queryChange},
      (select json_build_object('active', m.active, 'tlp', m.tlp, 'excluded', m.excluded) from collection_member m
        where m.collection_id = c.collection_id and m.indicator_id = c.indicator_id and m.from_version = c.version) as member
    from collection_change c
    join indicator i on i.id = c.indicator_id
    join collection_version v on v.collection_id = c.collection_id and v.version = c.version
    where c.collection_id = ${collectionId} and c.number < ${before ?? numberMax}::bigint
    order by c.number desc limit ${limit}`.execute(db)
  return rows
}

const numberMax = '9223372036854775807'

/** What the library knows of an indicator now. */
type Facts = {
  /** Owners whose assertions fit the query. */
  fitting: string[]
  /** Owners who assert it at all, and those of them for whom it has expired. */
  asserting: string[]
  expired: string[]
  /** Owners who deleted it, the last first. */
  deleting: string[]
  /** Lists that keep it out of exports. */
  lists: string[]
}
const noFacts: Facts = { fitting: [], asserting: [], expired: [], deleting: [], lists: [] }

async function readFacts(
  db: Db,
  { organization_id: organizationId, tql }: CollectionRow,
  indicatorIds: readonly string[],
  now: Date,
): Promise<Map<string, Facts>> {
  if (indicatorIds.length === 0) return new Map()
  const { rows } = await sql<Facts & { id: string }>`
    select shown.id,
      array(select distinct o.name ${assertionOf} ${organizationId} and (${fitsNow(tql, now)}) order by 1) as fitting,
      array(select distinct o.name ${assertionOf} ${organizationId} order by 1) as asserting,
      array(select distinct o.name ${assertionOf} ${organizationId}
        and (a.status = 'Expired' or a.expires <= ${now}) order by 1) as expired,
      array(select o.name from tombstone t join owner o on o.id = t.owner_id
        where t.indicator_id = shown.id and t.organization_id = ${organizationId} order by t.id desc limit 3) as deleting,
      array(select l.name from excluded_indicator x join exclusion_list l on l.id = x.list_id
        where x.organization_id = ${organizationId} and x.indicator_id = shown.id and x.blocks_export order by l.name limit 3) as lists
    from unnest(${[...new Set(indicatorIds)]}::uuid[]) shown (id)`.execute(db)
  return new Map(rows.map((row) => [row.id, row]))
}

const assertionOf = sql`from ${assertionsOf(sql`shown.id`)} join owner o on o.id = a.owner_id where o.organization_id =`

/** A query that is refused by now, as one with a keyword that is gone, fits nothing. */
function fitsNow(tql: string, now: Date): Condition {
  try {
    return compileTql(tql, now)
  } catch (error) {
    if (error instanceof Problem) return sql`false`
    throw error
  }
}

function reasonOf(
  { change, member, changedBy, changedAt }: Pick<ChangeRow, 'change' | 'member' | 'changedBy' | 'changedAt'>,
  facts: Facts,
): string {
  switch (change) {
    case 'entered':
      if (facts.fitting.length > 0) return `asserted by ${names(facts.fitting)}`
      return facts.asserting.length > 0
        ? `an assertion of ${names(facts.asserting)} fitted the query then`
        : 'asserted then by an owner who no longer has it'
    case 'changed':
      return changeOf(member, facts)
    case 'departed':
      if (facts.fitting.length > 0)
        return `no owner’s assertion fitted the query then; it is asserted by ${names(facts.fitting)} now`
      if (facts.asserting.length === 0) {
        return facts.deleting.length > 0 ? `deleted by ${names(facts.deleting)}` : 'no owner asserts it any more'
      }
      if (changedAt !== null) return `the query was changed by ${changedBy}`
      if (facts.expired.length === facts.asserting.length) return `expired, as ${names(facts.expired)} has it`
      return 'no owner’s assertion fits the query any more'
  }
}

/** A member whose activity, TLP or exclusion changed; which of them is told by what it is since. */
function changeOf(member: Member | null, { lists }: Facts): string {
  if (member === null) return 'its activity, TLP or exclusion changed'
  if (member.excluded) return lists.length > 0 ? `excluded by ${names(lists)}` : 'excluded from exports'
  const tlp = member.tlp === null ? 'without a TLP' : `TLP:${tlpLevels[member.tlp] ?? member.tlp}`
  return `${member.active ? 'active' : 'active for no owner'}, ${tlp}, and not excluded since`
}

/** The first three, since a sentence is no list. */
function names(all: readonly string[]): string {
  const distinct = [...new Set(all)]
  const rest = distinct.length - namedMax
  const named = distinct.slice(0, namedMax).join(', ')
  return rest > 0 ? `${named} and ${rest} more` : named
}

const namedMax = 3
