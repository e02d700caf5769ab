import {
  dayMs,
  type LifecycleDecision,
  type LifecycleFacts,
  type LifecycleRule,
  type LifecycleStatus,
  lifecycleBounds,
  sightingDaysThatMatter,
} from '@postern/intel'
import type { Statements } from '../database/statements.ts'
import { type SaidBeside, saidOf } from './said-beside.ts'

/** An assertion as it is stored, and all that its values in force follow from. */
export type AssertionFacts = {
  indicatorId: string
  ownerId: string
  ownerName: string
  /** Of the indicator. */
  type: string
  stored: {
    rating: number | null
    confidence: number | null
    status: LifecycleStatus
    active: boolean
    expiresAt: number | null
    said: SaidBeside | null
    nextChangeAt: number | null
  }
  facts: LifecycleFacts
}

type Wanted = {
  organizationId: string
  indicatorIds: readonly string[]
  /** Only this owner's; of all owners of the organization where it is absent. */
  ownerId?: string | undefined
  /** Takes each assertion for the transaction; one that somebody else has is left out. */
  lock: boolean
  now: Date
}

/** Reads assertions with what time, sightings, reports and people do to them. Indicators whose assertions none has are not there. */
export async function readFacts(db: Statements, wanted: Wanted): Promise<AssertionFacts[]> {
  const rows = await readAssertions(db, wanted)
  if (rows.length === 0) return []
  const ids = [...new Set(rows.map((row) => row.indicatorId))]
  const scope = { organizationId: wanted.organizationId, ids, now: wanted.now }
  const rules = await readRules(db, wanted.organizationId)
  const sightings = await readSightings(db, scope)
  const falsePositives = await readFalsePositives(db, scope)
  const decisions = await readDecisions(db, scope)
  return rows.map(({ indicatorId, ownerId, ownerName, type, statedAt, said, ...stored }) => ({
    indicatorId,
    ownerId,
    ownerName,
    type,
    stored: { ...stored, said },
    facts: {
      said: saidOf(stored, said, Date.parse),
      saidAt: statedAt,
      rule: rules.get(`${ownerId} ${type}`) ?? rules.get(`${ownerId} *`),
      sightings: countedFor(ownerId, sightings.get(indicatorId) ?? []),
      falsePositives: falsePositives.get(indicatorId) ?? [],
      decision: decisions.get(indicatorId),
    },
  }))
}

type AssertionRow = AssertionFacts['stored'] & {
  indicatorId: string
  ownerId: string
  ownerName: string
  type: string
  statedAt: number
}

/** Whole milliseconds since 1970 of a column: what JavaScript's dates can say. */
const ms = (column: string) => `floor(extract(epoch from ${column}) * 1000)::float8`

async function readAssertions(
  db: Statements,
  { organizationId, indicatorIds, ownerId, lock }: Wanted,
): Promise<AssertionRow[]> {
  const { rows } = await db.query<AssertionRow>(
    `select a.indicator_id as "indicatorId", a.owner_id as "ownerId", o.name as "ownerName", i.type, a.rating, a.confidence, a.status,
       a.active, ${ms('a.expires')} as "expiresAt", a.said, ${ms('coalesce(a.stated_at, a.modified_at)')} as "statedAt",
       ${ms('a.next_change_at')} as "nextChangeAt"
     from assertion a join indicator i on i.id = a.indicator_id join owner o on o.id = a.owner_id
     where a.indicator_id = any($2::uuid[]) and o.organization_id = $1 and ($3::bigint is null or a.owner_id = $3)
     ${lock ? 'for no key update of a skip locked' : 'order by o.name'}`,
    [organizationId, indicatorIds, ownerId ?? null],
  )
  return rows
}

/** By owner and type. */
async function readRules(db: Statements, organizationId: string): Promise<Map<string, LifecycleRule>> {
  const { rows } = await db.query<LifecycleRule & { ownerId: string; type: string }>(
    `select owner_id as "ownerId", indicator_type as type, interval_hours as "intervalHours", amount, is_percent as "isPercent",
       confidence_start as "confidenceStart", gives_confidence as "givesConfidence", at_minimum as "atMinimum"
     from deprecation_rule where owner_id in (select id from owner where organization_id = $1)`,
    [organizationId],
  )
  return new Map(rows.map(({ ownerId, type, ...rule }) => [`${ownerId} ${type}`, rule]))
}

type Scope = { organizationId: string; ids: readonly string[]; now: Date }

/** The last sighting of each day by one reporter: a control, or where none is known, the owner in whose name it came. */
type Seen = { reporter: string; ownerId: string; at: number[] }

/** A value that is protected is moved by no sighting: whatever sees it would gain by that (S1). */
async function readSightings(db: Statements, { organizationId, ids, now }: Scope): Promise<Map<string, Seen[]>> {
  const { rows } = await db.query<Seen & { indicatorId: string }>(
    `select d.indicator_id as "indicatorId", coalesce('control ' || d.control_id, 'owner ' || d.owner_id) as reporter,
       d.owner_id as "ownerId", array_agg(d.at) as at
     from (
       select s.indicator_id, s.owner_id, s.control_id, ${ms('max(s.seen_at)')} as at
       from sighting s
       where s.indicator_id = any($2::uuid[]) and s.organization_id = $1 and s.seen_at > $3 and s.seen_at <= $4
         and not exists (
           select 1 from excluded_indicator x join exclusion_list l on l.id = x.list_id
           where x.organization_id = $1 and x.indicator_id = s.indicator_id and l.kind = 'protected' and l.is_enabled)
       group by s.indicator_id, s.owner_id, s.control_id, (s.seen_at at time zone 'UTC')::date
     ) d group by d.indicator_id, d.owner_id, d.control_id`,
    [organizationId, ids, daysBefore(now, sightingDaysThatMatter), now],
  )
  return Map.groupBy(rows, ({ indicatorId }) => indicatorId)
}

/**
 * Sightings that move an owner's assertion: what the owner reports itself moves it no more than its own word does (S1). One a day and
 * reporter, even where a control's came in the names of several owners.
 */
function countedFor(ownerId: string, seen: readonly Seen[]): number[] {
  const ofOthers = seen.filter((each) => each.ownerId !== ownerId)
  if (ofOthers.length === 1) return ofOthers[0]?.at ?? []
  const lastOfDay = new Map<string, number>()
  for (const { reporter, at } of ofOthers) {
    for (const each of at) {
      const key = `${reporter} ${Math.floor(each / dayMs)}`
      lastOfDay.set(key, Math.max(each, lastOfDay.get(key) ?? each))
    }
  }
  return [...lastOfDay.values()]
}

async function readFalsePositives(db: Statements, { organizationId, ids, now }: Scope): Promise<Map<string, number[]>> {
  const { rows } = await db.query<{ indicatorId: string; at: number[] }>(
    `select indicator_id as "indicatorId", array_agg(${ms('reported_at')}) as at from false_positive
     where indicator_id = any($2::uuid[]) and organization_id = $1 and reported_at > $3 and reported_at <= $4 group by indicator_id`,
    [organizationId, ids, daysBefore(now, lifecycleBounds.falsePositiveDays), now],
  )
  return new Map(rows.map(({ indicatorId, at }) => [indicatorId, at]))
}

async function readDecisions(db: Statements, { organizationId, ids }: Scope): Promise<Map<string, LifecycleDecision>> {
  const { rows } = await db.query<LifecycleDecision & { indicatorId: string }>(
    `select indicator_id as "indicatorId", status, rating, confidence, ${ms('expires')} as "expiresAt", ${ms('until')} as until
     from decision where indicator_id = any($2::uuid[]) and organization_id = $1`,
    [organizationId, ids],
  )
  return new Map(rows.map(({ indicatorId, ...decision }) => [indicatorId, decision]))
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * dayMs)
}
