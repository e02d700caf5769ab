import type { Sighting } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

export type PageStart = { seenAt: string; id: string }
type SightingRow = Omit<Sighting, 'seenAt' | 'recordedAt'> & { seenAt: Date; recordedAt: Date; seenAtExact: string }

const columns = sql`s.id, s.indicator_id as "indicatorId", s.owner_id as "ownerId", o.name as "ownerName", s.control_id as "controlId",
  c.name as "controlName", s.group_id as "groupId", g.name as "groupName", s.stix_id as "stixId", s.seen_at as "seenAt", s.count, s.recorded_by as "recordedBy",
  s.recorded_at as "recordedAt", s.seen_at::text as "seenAtExact"`

/** Sightings of an indicator, the newest first; a page goes on behind `after`. */
export async function pageOfSightings(
  db: Db,
  organizationId: string,
  indicatorId: string,
  after: PageStart | undefined,
  limit: number,
): Promise<SightingRow[]> {
  const { rows } = await sql<SightingRow>`
    select ${columns} from sighting s join owner o on o.id = s.owner_id
    left join control c on c.id = s.control_id left join library_group g on g.id = s.group_id
    where s.indicator_id = ${indicatorId}::uuid and s.organization_id = ${organizationId}
      ${after === undefined ? sql`` : sql`and (s.seen_at, s.id) < (${after.seenAt}::timestamptz, ${after.id}::bigint)`}
    order by s.seen_at desc, s.id desc limit ${limit}`.execute(db)
  return rows
}

export async function addSighting(
  db: Db,
  sighting: {
    organizationId: string
    indicatorId: string
    ownerId: string
    controlId: string | null
    seenAt: Date
    count: number
    recordedBy: string
    now: Date
  },
): Promise<Sighting> {
  const { organizationId, indicatorId, ownerId, controlId, seenAt, count, recordedBy, now } = sighting
  const { rows } = await sql<SightingRow>`
    with s as (
      insert into sighting (organization_id, indicator_id, owner_id, control_id, seen_at, count, recorded_at, recorded_by)
      values (${organizationId}, ${indicatorId}, ${ownerId}, ${controlId}, ${seenAt}, ${count}, ${now}, ${recordedBy})
      returning *
    )
    select ${columns} from s join owner o on o.id = s.owner_id
    left join control c on c.id = s.control_id left join library_group g on g.id = s.group_id`.execute(db)
  const added = rows[0]
  if (added === undefined) throw new Error('a sighting was written and is not there')
  return toSighting(added)
}

/** One a reporter and day; what came later that day takes its note's place. */
export async function addFalsePositive(
  db: Db,
  report: { organizationId: string; indicatorId: string; reportedBy: string; note: string | null; now: Date },
): Promise<void> {
  const { organizationId, indicatorId, reportedBy, note, now } = report
  await db
    .insertInto('false_positive')
    .values({
      organization_id: organizationId,
      indicator_id: indicatorId,
      reported_by: reportedBy,
      reported_on: now.toISOString().slice(0, 10),
      note,
      reported_at: now,
    })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'indicator_id', 'reported_by', 'reported_on']).doUpdateSet({ note }),
    )
    .execute()
}

export function toSighting({ seenAtExact: _exact, seenAt, recordedAt, ...row }: SightingRow): Sighting {
  return { ...row, seenAt: seenAt.toISOString(), recordedAt: recordedAt.toISOString() }
}
