import { groupTypes, parseGroupType } from '@postern/intel'
import { sql } from 'kysely'
import { column, type KeywordConditions, named, someOf, typeNumber, writtenDate } from './tql-condition-makers.ts'
import { statedKeywords } from './tql-stated-keywords.ts'

/** `g` is the group. */
export const groupKeywords: KeywordConditions = {
  ...statedKeywords('g', sql`group_attribute t where t.group_id = g.id`),
  type: typeNumber(sql`g.type`, groupTypes),
  typeName: named(sql`g.type`, (name) => parseGroupType(name) ?? name),
  name: column(sql`g.name`),
  summary: column(sql`g.name`),
  xid: column(sql`g.xid`),
  eventDate: column(sql`g.event_date`),
  publishDate: column(sql`g.publish_date`),
  eventType: column(sql`(g.detail->>'eventType')`),
  fileName: column(sql`(g.detail->>'fileName')`),
  fileType: column(sql`(g.detail->>'fileType')`),
  externalDateExpires: column(writtenDate(sql`g.detail->>'externalDateExpires'`)),
  associatedGroup: someOf(
    sql`group_link l where (l.group_id = g.id or l.linked_id = g.id)`,
    sql`(case when l.group_id = g.id then l.linked_id else l.group_id end)`,
  ),
  associatedIndicator: someOf(
    sql`indicator_group l join assertion b on b.indicator_id = l.indicator_id and b.owner_id = l.owner_id
      where l.group_id = g.id and l.owner_id = g.owner_id`,
    sql`b.id`,
  ),
}
