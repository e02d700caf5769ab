import type { AssertionAttribute, AssertionOrigin, IndicatorSeparation } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { SaidBeside } from '../lifecycle/said-beside.ts'
import { inScope, type LibraryScope } from './library-scope.ts'

/** Attributes that an indicator's detail names, over all its owners. */
const attributesShownMax = 1000
/** Other indicators that an indicator's detail names. */
const linksShownMax = 1000

export type AssertionRow = {
  id: string
  ownerId: string
  ownerName: string
  rating: number | null
  confidence: number | null
  active: boolean
  status: string
  tags: string[]
  securityLabels: string[]
  firstSeen: Date | null
  lastSeen: Date | null
  expiresAt: Date | null
  said: SaidBeside | null
  addedAt: Date
  modifiedAt: Date
  addedBy: AssertionOrigin | null
  modifiedBy: AssertionOrigin | null
}

export type LinkRow = { id: string; type: string; value: string; kind: string; owners: string[] }

export type SeparationRow = Omit<IndicatorSeparation, 'separatedAt'> & { separatedAt: Date }

/** Who says what of one indicator, and where they have it from. Every read takes the scope of its reader. */
export class AssertionStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async list(scope: LibraryScope, indicatorId: string): Promise<AssertionRow[]> {
    const { rows } = await sql<AssertionRow>`
      select a.id, a.owner_id as "ownerId", w.name as "ownerName", a.rating, a.confidence, a.active, a.status, a.tags,
        a.labels as "securityLabels", a.first_seen as "firstSeen", a.last_seen as "lastSeen", a.expires as "expiresAt", a.said,
        a.added_at as "addedAt", a.modified_at as "modifiedAt",
        ${writtenAt(scope, sql`a.added_at`)} as "addedBy", ${writtenAt(scope, sql`a.modified_at`)} as "modifiedBy"
      from assertion a join owner w on w.id = a.owner_id
      where a.indicator_id = ${indicatorId}::uuid and ${inScope(sql`a.owner_id`, scope)}
      order by w.name`.execute(this.#db)
    return rows
  }

  /** By owner's id, each owner's in the order in which they came. */
  async attributes(scope: LibraryScope, indicatorId: string): Promise<Map<string, AssertionAttribute[]>> {
    const { rows } = await sql<AssertionAttribute & { ownerId: string }>`
      select t.owner_id as "ownerId", t.type, t.value, t.source from assertion_attribute t
      where t.indicator_id = ${indicatorId}::uuid and ${inScope(sql`t.owner_id`, scope)}
      order by t.id limit ${attributesShownMax}`.execute(this.#db)
    const byOwner = new Map<string, AssertionAttribute[]>()
    for (const { ownerId, ...attribute } of rows) byOwner.set(ownerId, [...(byOwner.get(ownerId) ?? []), attribute])
    return byOwner
  }

  /** The hashes of the same file first. */
  async links(scope: LibraryScope, indicatorId: string): Promise<LinkRow[]> {
    const { rows } = await sql<LinkRow>`
      select i.id, i.type, i.value, l.kind, array_agg(w.name order by w.name) as owners
      from (
        select linked_id as other_id, owner_id, kind from indicator_link where indicator_id = ${indicatorId}::uuid and taken_back_at is null
        union all
        select indicator_id, owner_id, kind from indicator_link where linked_id = ${indicatorId}::uuid and taken_back_at is null
      ) l
      join indicator i on i.id = l.other_id
      join owner w on w.id = l.owner_id
      where ${inScope(sql`l.owner_id`, scope)}
      group by i.id, i.type, i.value, l.kind
      order by l.kind = 'Same File' desc, l.kind, i.type, i.value
      limit ${linksShownMax}`.execute(this.#db)
    return rows
  }

  /** Links that people took back, the newest first. Executions learn of their effect alone. */
  async separations(scope: LibraryScope, indicatorId: string): Promise<SeparationRow[]> {
    if (scope.ownerIds !== undefined) return []
    const { rows } = await sql<SeparationRow>`
      select i.id, i.type, i.value, l.kind, w.name as owner, l.taken_back_by as "separatedBy", l.taken_back_at as "separatedAt"
      from (
        select linked_id as other_id, owner_id, kind, taken_back_by, taken_back_at from indicator_link
        where indicator_id = ${indicatorId}::uuid and taken_back_at is not null
        union all
        select indicator_id, owner_id, kind, taken_back_by, taken_back_at from indicator_link
        where linked_id = ${indicatorId}::uuid and taken_back_at is not null
      ) l
      join indicator i on i.id = l.other_id
      join owner w on w.id = l.owner_id
      where ${inScope(sql`l.owner_id`, scope)}
      order by l.taken_back_at desc, i.id, w.name limit ${linksShownMax}`.execute(this.#db)
    return rows
  }
}

/**
 * The batch that wrote the assertion at this time. A batch's assertions and its completion bear the time of the one transaction
 * that wrote both, to the microsecond, and an owner has one batch at a time. An execution learns nothing of others (D22).
 */
function writtenAt(scope: LibraryScope, time: RawBuilder<unknown>): RawBuilder<AssertionOrigin | null> {
  if (scope.ownerIds !== undefined) return sql`null::json`
  return sql`(
    select json_build_object('batchId', b.id::text, 'sentBy', b.sent_by, 'execution',
      case when e.id is not null then json_build_object('id', e.id::text, 'jobId', j.id::text, 'jobName', j.name, 'appName', p.display_name) end)
    from batch b
    left join execution e on e.id = b.execution_id and e.organization_id = ${scope.organizationId}
    left join job j on j.id = e.job_id
    left join app p on p.id = j.app_id
    where b.owner_id = a.owner_id and b.completed_at = ${time} and b.organization_id = ${scope.organizationId}
    order by b.id desc limit 1)`
}
