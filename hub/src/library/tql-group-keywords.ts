import { groupTypes, parseGroupType } from '@postern/intel'
import { sql } from 'kysely'
import { compareColumn, negatedIf, positive } from './tql-comparison.ts'
import {
  anyOf,
  attackTag,
  column,
  type KeywordCondition,
  type KeywordConditions,
  labelSpelling,
  named,
  ownerName,
  someOf,
  typeNumber,
  writtenDate,
} from './tql-condition-makers.ts'

/** Said as an attribute, or as a field of its own. */
const attribute = (type: string, field: 'description' | 'source'): KeywordCondition => {
  return (comparison, now) => {
    const { comparison: asked, isNegated } = positive(comparison)
    return negatedIf(
      isNegated,
      sql`(exists (select 1 from group_attribute t where t.group_id = g.id and t.type = ${type} and ${compareColumn(sql`t.value`, asked, now)})
        or coalesce(${compareColumn(sql`g.detail->>${sql.lit(field)}`, asked, now)}, false))`,
    )
  }
}

/** `g` is the group. */
export const groupKeywords: KeywordConditions = {
  id: column(sql`g.id`),
  owner: column(sql`g.owner_id`),
  ownerName: ownerName(sql`g.owner_id`),
  dateAdded: column(sql`g.added_at`),
  lastModified: column(sql`g.modified_at`),
  type: typeNumber(sql`g.type`, groupTypes),
  typeName: named(sql`g.type`, (name) => parseGroupType(name) ?? name),
  name: column(sql`g.name`),
  summary: column(sql`g.name`),
  xid: column(sql`g.xid`),
  status: column(sql`g.status`),
  eventDate: column(sql`g.event_date`),
  publishDate: column(sql`g.publish_date`),
  eventType: column(sql`(g.detail->>'eventType')`),
  fileName: column(sql`(g.detail->>'fileName')`),
  fileType: column(sql`(g.detail->>'fileType')`),
  firstSeen: column(sql`g.first_seen`),
  lastSeen: column(sql`g.last_seen`),
  externalDateAdded: column(writtenDate(sql`g.detail->>'externalDateAdded'`)),
  externalDateExpires: column(writtenDate(sql`g.detail->>'externalDateExpires'`)),
  externalLastModified: column(writtenDate(sql`g.detail->>'externalLastModified'`)),
  tag: anyOf(sql`g.tags`),
  tagOwner: column(sql`(case when cardinality(g.tags) > 0 then g.owner_id end)`),
  tagOwnerName: ownerName(sql`(case when cardinality(g.tags) > 0 then g.owner_id end)`),
  attackTag: attackTag(sql`g.tags`),
  securityLabel: anyOf(sql`g.labels`, labelSpelling),
  description: attribute('Description', 'description'),
  source: attribute('Source', 'source'),
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
