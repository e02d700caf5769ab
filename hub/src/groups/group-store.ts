import { type GroupRelation, type GroupText, groupTexts, type StatedAttribute } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { inScope, type LibraryScope } from '../library/library-scope.ts'
import type { Condition } from '../library/tql-comparison.ts'

export type GroupRow = {
  id: string
  type: string
  name: string
  xid: string
  ownerId: string
  ownerName: string
  status: string | null
  tlp: number | null
  tags: string[]
  securityLabels: string[]
  eventDate: Date | null
  publishDate: Date | null
  firstSeen: Date | null
  lastSeen: Date | null
  indicatorCount: number
  addedAt: Date
  modifiedAt: Date
  stixId: string | null
}

export type GroupDetailRow = GroupRow & Record<GroupText, string | null>

/** What a group's detail names of each. */
const shownMax = 1000

const columns = sql`g.id, g.type, g.name, g.xid, g.owner_id as "ownerId", w.name as "ownerName", g.status, g.tlp, g.tags,
  g.labels as "securityLabels", g.event_date as "eventDate", g.publish_date as "publishDate", g.first_seen as "firstSeen",
  g.last_seen as "lastSeen", g.added_at as "addedAt", g.modified_at as "modifiedAt",
  (select count(*)::int from indicator_group l where l.group_id = g.id) as "indicatorCount",
  (select o.object_id from stix_object o where o.group_id = g.id order by o.version desc, o.number desc limit 1) as "stixId"`

const texts = sql.join(groupTexts.map((name) => sql`g.detail->>${sql.lit(name)} as ${sql.ref(name)}`))

/** Reads of groups. Every one takes the scope of its reader. */
export class GroupStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** Newest first, by number, so that pages neither repeat nor skip. @param condition over `library_group g` */
  async page(
    scope: LibraryScope,
    condition: Condition | undefined,
    before: string | undefined,
    limit: number,
  ): Promise<GroupRow[]> {
    const { rows } = await sql<GroupRow>`
      with found as (
        select g.id from library_group g
        where ${inScope(sql`g.owner_id`, scope)} ${condition === undefined ? sql`` : sql`and ${condition}`}
          ${before === undefined ? sql`` : sql`and g.id < ${before}`}
        order by g.id desc limit ${limit}
      )
      select ${columns} from found join library_group g on g.id = found.id join owner w on w.id = g.owner_id
      order by g.id desc`.execute(this.#db)
    return rows
  }

  async find(scope: LibraryScope, groupId: string): Promise<GroupDetailRow | undefined> {
    const { rows } = await sql<GroupDetailRow>`
      select ${columns}, ${texts} from library_group g join owner w on w.id = g.owner_id
      where g.id = ${groupId} and ${inScope(sql`g.owner_id`, scope)}`.execute(this.#db)
    return rows[0]
  }

  async attributes(groupId: string): Promise<StatedAttribute[]> {
    return this.#db
      .selectFrom('group_attribute')
      .select(['type', 'value', 'source', 'displayed', 'pinned'])
      .where('group_id', '=', groupId)
      .orderBy('id')
      .limit(shownMax)
      .execute()
  }

  /** Both ends of a relation have the same owner, so what is seen of one is seen of the other. */
  async relations(groupId: string): Promise<GroupRelation[]> {
    const { rows } = await sql<GroupRelation>`
      select g.id, g.type, g.name, l.kind, l.direction from (
        select linked_id as other_id, kind, 'outgoing' as direction from group_link where group_id = ${groupId}
        union all
        select group_id, kind, 'incoming' from group_link where linked_id = ${groupId}
      ) l join library_group g on g.id = l.other_id
      order by l.kind, g.name, g.id, l.direction limit ${shownMax}`.execute(this.#db)
    return rows
  }
}
