import { sql } from 'kysely'
import { compareColumn } from './tql-comparison.ts'
import { column, type KeywordConditions, labelSpelling, named, ownerName, techniqueOf } from './tql-condition-makers.ts'

/** Whose it is: tags, labels and attributes are the owner's who asserts what has them. */
const ofOwner: KeywordConditions = {
  owner: (comparison, now, ownerId) => compareColumn(ownerId, comparison, now),
  ownerName: (comparison, now, ownerId) => ownerName(ownerId)(comparison, now, ownerId),
}

/** `n.name` is one tag. */
export const tagKeywords: KeywordConditions = {
  ...ofOwner,
  id: column(sql`(select k.id from tag k where k.name = n.name)`),
  name: column(sql`n.name`),
  summary: column(sql`n.name`),
  techniqueId: named(techniqueOf(sql`n.name`), (name) => name.toUpperCase()),
}

/** `t` is the attribute. Attributes are replaced, never changed, so that they have one date. */
export const attributeKeywords: KeywordConditions = {
  ...ofOwner,
  id: column(sql`t.id`),
  type: (comparison, now, ownerId) =>
    compareColumn(
      sql`(select y.id from attribute_type y where lower(y.name) = lower(t.type)
        and y.organization_id = (select p.organization_id from owner p where p.id = ${ownerId}))`,
      comparison,
      now,
    ),
  typeName: column(sql`t.type`),
  text: column(sql`t.value`),
  source: column(sql`t.source`),
  displayed: column(sql`t.displayed`),
  pinned: column(sql`t.pinned`),
  dateAdded: column(sql`t.added_at`),
  lastModified: column(sql`t.added_at`),
}

/** `n.name` is one label. */
export const labelKeywords: KeywordConditions = {
  ...ofOwner,
  id: column(sql`(select k.id from security_label k where k.name = n.name)`),
  name: named(sql`n.name`, labelSpelling),
  summary: named(sql`n.name`, labelSpelling),
  description: column(sql`(select k.description from security_label k where k.name = n.name)`),
  color: column(sql`(select k.color from security_label k where k.name = n.name)`),
  dateAdded: column(sql`(select k.created_at from security_label k where k.name = n.name)`),
}
