import type { IndicatorMembership } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { explainLimits } from './explain-limits.ts'
import { readFit } from './query-fit.ts'

const { shownMax, explainedMax } = explainLimits

type MembershipRow = Omit<IndicatorMembership, 'refreshedAt' | 'since' | 'owners' | 'misfits'> & {
  tql: string
  refreshedAt: Date | null
  since: Date | null
}

/**
 * Which data collections hold an indicator, and by whose word; of those that do not, what of their query keeps out whose word.
 * @param maker whose own data collections are shown beside the shared ones; undefined for everybody's
 * @param exportedIds collections that go to a control: they are explained first
 */
export async function readMemberships(
  db: Db,
  of: { organizationId: string; indicatorId: string },
  now: Date,
  maker: string | undefined,
  exportedIds: ReadonlySet<string>,
): Promise<IndicatorMembership[]> {
  const rows = await readStays(db, of, maker)
  const explained = rows.toSorted(
    (a, b) => Number(exportedIds.has(b.collectionId)) - Number(exportedIds.has(a.collectionId)),
  )
  const fits = new Map<string, Pick<IndicatorMembership, 'owners' | 'misfits'>>()
  for (const { collectionId, tql } of explained.slice(0, explainedMax))
    fits.set(collectionId, await readFit(db, of, tql, now))
  return rows.map(({ tql: _tql, ...row }) => ({
    ...row,
    ...(fits.get(row.collectionId) ?? { owners: [], misfits: [] }),
    refreshedAt: row.refreshedAt?.toISOString() ?? null,
    since: row.since?.toISOString() ?? null,
  }))
}

/** A stay goes on over rows that follow each other without a gap: a member whose TLP or activity changes gets a new row. */
async function readStays(
  db: Db,
  { organizationId, indicatorId }: { organizationId: string; indicatorId: string },
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
