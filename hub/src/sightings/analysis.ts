import type { SightingAnalysis, SightingAnalysisQuery } from '@postern/protocol'
import { sql } from 'kysely'
import type { PersonCaller } from '../access/caller.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { failedBy } from '../database/sql-states.ts'
import { found, Problem } from '../lib/problem.ts'
import { analysisLimits } from './analysis-limits.ts'
import { members } from './members.ts'
import { readTraits } from './traits.ts'

const dayMs = 86_400_000
/** How long one analysis may take. */
const statementTimeout = '30s'

/**
 * What was seen in a period, whose it is, and what it has in common (LIB-11). Set-based, over temporary tables of one transaction.
 *
 * @throws Problem `invalid` where the period is none or too long, `too-large` where too much was seen in it, `unavailable` where it takes too
 * long
 */
export async function analyseSightings(
  db: DatabaseConnection['db'],
  { organizationId }: PersonCaller,
  query: SightingAnalysisQuery,
  sightingsLimit: number = analysisLimits.sightingsMax,
): Promise<SightingAnalysis> {
  const length = Date.parse(query.to) - Date.parse(query.from)
  if (!(length > 0) || length > analysisLimits.periodDaysMax * dayMs)
    throw new Problem(
      'invalid',
      `The period from ${query.from} to ${query.to} must be longer than nothing and no longer than ${analysisLimits.periodDaysMax} days.`,
    )
  try {
    return await db.transaction().execute(async (trx) => {
      await sql`select set_config('statement_timeout', ${statementTimeout}, true), set_config('work_mem', '64MB', true)`.execute(
        trx,
      )
      await mustHave(trx, organizationId, query)
      await findSighted(trx, organizationId, query, sightingsLimit)
      return await analyse(trx, organizationId, query)
    })
  } catch (error) {
    if (!failedBy(error, 'queryCanceled')) throw error
    throw new Problem('unavailable', 'The analysis takes too long; ask for a shorter period or a data collection.', {
      cause: error,
    })
  }
}

/** @throws Problem `unavailable` to whoever asks while as many are under way as may be */
export function createAnalyses(db: DatabaseConnection['db']) {
  let underWay = 0
  return async (caller: PersonCaller, query: SightingAnalysisQuery): Promise<SightingAnalysis> => {
    if (underWay >= analysisLimits.analysesMax)
      throw new Problem(
        'unavailable',
        `${analysisLimits.analysesMax} analyses are under way; ask again when one has ended.`,
      )
    underWay += 1
    try {
      return await analyseSightings(db, caller, query)
    } finally {
      underWay -= 1
    }
  }
}

async function mustHave(
  db: Db,
  organizationId: string,
  { collectionId, controlId }: SightingAnalysisQuery,
): Promise<void> {
  for (const [table, id, what] of [
    ['collection', collectionId, 'data collection'],
    ['control', controlId, 'control'],
  ] as const) {
    if (id === undefined) continue
    const row = /^\d{1,18}$/.test(id)
      ? await db
          .selectFrom(table)
          .select('id')
          .where('id', '=', id)
          .where('organization_id', '=', organizationId)
          .executeTakeFirst()
      : undefined
    found(row, what)
  }
}

/** Fills `sighting_seen` with the sightings that count here, and `sighted` with their values. */
async function findSighted(
  db: Db,
  organizationId: string,
  { from, to, controlId, collectionId }: SightingAnalysisQuery,
  sightingsLimit: number,
): Promise<void> {
  await sql`
    create temporary table sighting_seen on commit drop as
    select s.indicator_id, s.seen_at, s.count from sighting s
    where s.organization_id = ${organizationId} and s.seen_at >= ${from}::timestamptz and s.seen_at < ${to}::timestamptz
      ${controlId === undefined ? sql`` : sql`and s.control_id = ${controlId}`}
      and exists (select 1 from ${members(organizationId, collectionId)} m where m.indicator_id = s.indicator_id)
    limit ${sightingsLimit + 1}`.execute(db)
  const { rows } = await sql<{ count: string }>`select count(*) from sighting_seen`.execute(db)
  if (Number(rows[0]?.count) > sightingsLimit)
    throw new Problem(
      'too-large',
      `There are more than ${sightingsLimit} sightings in this period; ask for a shorter one, one control, or a data collection.`,
    )
  await sql`
    create temporary table sighted on commit drop as
    select indicator_id, sum(count)::bigint as sightings, max(seen_at) as last_seen_at from sighting_seen group by indicator_id`.execute(
    db,
  )
  await sql`create unique index on sighted (indicator_id)`.execute(db)
  await sql`analyze sighted`.execute(db)
}

async function analyse(
  db: Db,
  organizationId: string,
  { collectionId }: SightingAnalysisQuery,
): Promise<SightingAnalysis> {
  const { rows: totals } = await sql<{ sightedValues: number; sightings: number; collectionValues: number }>`
    select (select count(*) from sighted)::float8 as "sightedValues",
      (select coalesce(sum(sightings), 0) from sighted)::float8 as sightings,
      (select count(*) from ${members(organizationId, collectionId)} m)::float8 as "collectionValues"`.execute(db)
  const { rows: values } = await sql<Omit<SightingAnalysis['values'][number], 'lastSeenAt'> & { lastSeenAt: Date }>`
    select i.id as "indicatorId", i.type, i.value, s.sightings::float8 as sightings, s.last_seen_at as "lastSeenAt",
      array(select o.name from assertion a join owner o on o.id = a.owner_id
        where a.indicator_id = i.id and o.organization_id = ${organizationId} order by o.name) as owners
    from (select * from sighted order by sightings desc, last_seen_at desc, indicator_id limit ${analysisLimits.valuesShownMax}) s
    join indicator i on i.id = s.indicator_id
    order by s.sightings desc, s.last_seen_at desc, i.id`.execute(db)
  const { rows: days } = await sql<SightingAnalysis['days'][number]>`
    select to_char((seen_at at time zone 'UTC')::date, 'YYYY-MM-DD') as day, sum(count)::float8 as sightings,
      count(distinct indicator_id)::float8 as values
    from sighting_seen group by 1 order by 1`.execute(db)
  const { sightedValues, sightings, collectionValues } = totals[0] ?? {
    sightedValues: 0,
    sightings: 0,
    collectionValues: 0,
  }
  return {
    sightedValues,
    sightings,
    collectionValues,
    values: values.map((value) => ({ ...value, lastSeenAt: value.lastSeenAt.toISOString() })),
    days,
    traits: await readTraits(db, organizationId, collectionId, { sightedValues, collectionValues }),
  }
}
