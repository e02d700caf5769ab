import { parseTlp, tlpLevels } from '@postern/intel'
import type { IndicatorExports, IndicatorMembership, IndicatorOnTarget } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { Problem } from '../lib/problem.ts'
import type { Condition } from './tql-comparison.ts'
import { compileTql } from './tql-to-sql.ts'

/** Data collections, and targets of controls, that one indicator is shown with. */
const shownMax = 1000

/** Members whose collections' queries are put to the indicator's assertions. */
const explainedMax = 100

type MembershipRow = Omit<IndicatorMembership, 'refreshedAt' | 'since' | 'owners'> & {
  tql: string
  refreshedAt: Date | null
  since: Date | null
}

/** What the newest receipt of a target was made from, and what the collection says now. */
type TargetRow = Omit<IndicatorOnTarget, 'since' | 'checkedAt' | 'reason' | 'isWanted' | 'state'> & {
  state: IndicatorOnTarget['state'] | null
  since: Date | null
  checkedAt: Date
  highestTlp: string
  then: Member | null
  now: Member | null
}
type Member = { active: boolean; tlp: number | null; excluded: boolean }

/**
 * Where an indicator of the organization's goes, and where it does not and why (D5, D21).
 * @param maker whose own data collections are shown beside the shared ones; undefined for everybody's
 */
export async function readExports(
  db: Db,
  organizationId: string,
  indicatorId: string,
  now: Date,
  maker: string | undefined,
): Promise<IndicatorExports> {
  const collections = await readMemberships(db, organizationId, indicatorId, maker)
  const targets = await readTargets(db, organizationId, indicatorId)
  const owners = await readFittingOwners(db, organizationId, indicatorId, collections, now)
  return {
    collections: collections.map(({ tql: _tql, ...row }) => ({
      ...row,
      owners: owners.get(row.collectionId) ?? [],
      refreshedAt: row.refreshedAt?.toISOString() ?? null,
      since: row.since?.toISOString() ?? null,
    })),
    targets: targets.map(toTarget),
  }
}

/** A stay goes on over rows that follow each other without a gap: a member whose TLP or activity changes gets a new row. */
async function readMemberships(
  db: Db,
  organizationId: string,
  indicatorId: string,
  maker: string | undefined,
): Promise<MembershipRow[]> {
  const { rows } = await sql<MembershipRow>`
    select c.id as "collectionId", c.name as "collectionName", c.tql, c.version, c.refreshed_at as "refreshedAt",
      case when last.from_version is null then 'never' when last.until_version is null then 'member' else 'departed' end as state,
      stay.from_version as "sinceVersion", v.made_at as since, last.until_version as "untilVersion"
    from collection c
    left join lateral (
      select m.from_version, m.until_version from collection_member m
      where m.collection_id = c.id and m.indicator_id = ${indicatorId}::uuid order by m.from_version desc limit 1
    ) last on true
    left join lateral (
      select max(m.from_version) as from_version from collection_member m
      where m.collection_id = c.id and m.indicator_id = ${indicatorId}::uuid and not exists (
        select 1 from collection_member b
        where b.collection_id = c.id and b.indicator_id = m.indicator_id and b.until_version = m.from_version)
    ) stay on true
    left join collection_version v on v.collection_id = c.id and v.version = stay.from_version
    where c.organization_id = ${organizationId} and c.removed_at is null
      and (c.is_shared or ${maker === undefined ? sql`true` : sql`c.maker = ${maker}`})
    order by last.from_version is null, last.until_version is not null, c.name, c.id
    limit ${shownMax}`.execute(db)
  return rows
}

/** By collection's id, whose word made the indicator a member: a query is judged against one owner's assertion at a time. */
async function readFittingOwners(
  db: Db,
  organizationId: string,
  indicatorId: string,
  collections: readonly MembershipRow[],
  now: Date,
): Promise<Map<string, string[]>> {
  const owners = new Map<string, string[]>()
  for (const { collectionId, tql } of collections.filter(({ state }) => state === 'member').slice(0, explainedMax)) {
    const condition = readableCondition(tql, now)
    if (condition === undefined) continue
    const { rows } = await sql<{ name: string }>`
      select w.name from assertion a join indicator i on i.id = a.indicator_id join owner w on w.id = a.owner_id
      where a.indicator_id = ${indicatorId}::uuid and w.organization_id = ${organizationId} and ${condition}
      order by w.name`.execute(db)
    owners.set(
      collectionId,
      rows.map(({ name }) => name),
    )
  }
  return owners
}

/** A query that an older release took and this one does not explains nothing, and hides nothing else. */
function readableCondition(tql: string, now: Date): Condition | undefined {
  try {
    return compileTql(tql, now)
  } catch (error) {
    if (error instanceof Problem) return undefined
    throw error
  }
}

/** Each control's targets, and each target's newest receipt, are found by the index (control_id, target, id desc), one step a target. */
async function readTargets(db: Db, organizationId: string, indicatorId: string): Promise<TargetRow[]> {
  const { rows } = await sql<TargetRow>`
    select c.id as "controlId", c.name as "controlName", c.highest_tlp as "highestTlp", n.target, v.state, v.since,
      r.collection_id as "collectionId", k.name as "collectionName", r.collection_version as "collectionVersion",
      r.created_at as "checkedAt", said.id as "receiptId", said.execution_id as "executionId", j.name as "jobName",
      (select ${member} from collection_member m where ${ofIndicator(indicatorId)}
        and m.from_version <= r.collection_version and (m.until_version is null or m.until_version > r.collection_version)) as "then",
      (select ${member} from collection_member m where ${ofIndicator(indicatorId)} and m.until_version is null) as "now"
    from control c
    cross join lateral (
      with recursive name(target) as (
        select min(target) from receipt where control_id = c.id
        union all
        select (select min(target) from receipt where control_id = c.id and target > name.target)
        from name where name.target is not null)
      select target from name where target is not null limit ${shownMax}
    ) n
    cross join lateral (
      select id, collection_id, collection_version, created_at from receipt
      where control_id = c.id and target = n.target order by id desc limit 1
    ) r
    join collection k on k.id = r.collection_id
    left join control_value v on v.control_id = c.id and v.target = n.target and v.indicator_id = ${indicatorId}::uuid
    join receipt said on said.id = coalesce(v.receipt_id, r.id)
    join execution e on e.id = said.execution_id
    join job j on j.id = e.job_id
    where c.organization_id = ${organizationId}
    order by v.state is null, c.name, n.target
    limit ${shownMax}`.execute(db)
  return rows
}

const member = sql`json_build_object('active', m.active, 'tlp', m.tlp, 'excluded', m.excluded)`

function ofIndicator(indicatorId: string): RawBuilder<boolean> {
  return sql`m.collection_id = r.collection_id and m.indicator_id = ${indicatorId}::uuid`
}

function toTarget({ then, now, highestTlp, ...row }: TargetRow): IndicatorOnTarget {
  // The table admits levels only.
  const tlpMax = tlpLevels.indexOf(parseTlp(highestTlp)!)
  const isWanted = now !== null && now.active && !now.excluded && !isTooNarrow(now, tlpMax)
  return {
    ...row,
    state: row.state ?? 'absent',
    reason: row.state === null ? whyAbsent(then, isWanted, tlpMax) : null,
    isWanted,
    since: row.since?.toISOString() ?? null,
    checkedAt: row.checkedAt.toISOString(),
  }
}

function whyAbsent(then: Member | null, isWanted: boolean, tlpMax: number): NonNullable<IndicatorOnTarget['reason']> {
  const left = whyNotThen(then, tlpMax)
  return isWanted && left !== 'left-out' ? 'not-yet' : left
}

function whyNotThen(then: Member | null, tlpMax: number): NonNullable<IndicatorOnTarget['reason']> {
  if (then === null) return 'not-a-member'
  if (then.excluded) return 'excluded'
  if (!then.active) return 'inactive'
  return isTooNarrow(then, tlpMax) ? 'tlp' : 'left-out'
}

function isTooNarrow({ tlp }: Member, tlpMax: number): boolean {
  return tlp !== null && tlp > tlpMax
}
