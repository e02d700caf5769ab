import { parseGroupType, type StixAttribute, type StixGroupSource } from '@postern/intel'
import type { Selectable } from 'kysely'
import type { AssertionAttributeTable } from '../database/tables.ts'

export type GroupRow = {
  id: string
  type: string
  name: string
  xid: string
  status: string | null
  event_date: Date | null
  publish_date: Date | null
  first_seen: Date | null
  last_seen: Date | null
  tags: string[]
  labels: string[]
  tlp: number | null
  file_type: string | null
  file_text: string | null
  added_at: Date
  modified_at: Date
  attributes: AttributeColumn[] | null
}

export type AttributeColumn = Pick<
  Selectable<AssertionAttributeTable>,
  'type' | 'value' | 'source' | 'displayed' | 'pinned'
>

/** Columns of a `GroupRow`, of the group `g`. */
export const groupColumns = `g.id, g.type, g.name, g.xid, g.status, g.event_date, g.publish_date, g.first_seen, g.last_seen, g.tags, g.labels,
  g.tlp, g.detail->>'fileType' as file_type, g.detail->>'fileText' as file_text, g.added_at, g.modified_at,
  (select json_agg(json_build_object('type', t.type, 'value', t.value, 'source', t.source, 'displayed', t.displayed, 'pinned', t.pinned) order by t.id)
   from group_attribute t where t.group_id = g.id) as attributes`

/** What the library says of a group, but for its markings and what it names. @returns undefined for a type that the library does not have */
export function groupSource(row: GroupRow): StixGroupSource | undefined {
  const type = parseGroupType(row.type)
  if (type === undefined) return undefined
  return {
    type,
    name: row.name,
    xid: row.xid,
    created: row.added_at,
    modified: row.modified_at,
    status: row.status,
    eventDate: row.event_date,
    publishDate: row.publish_date,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    tags: row.tags,
    attributes: attributesOf(row.attributes),
    fileType: row.file_type,
    fileText: row.file_text,
  }
}

export function attributesOf(columns: readonly AttributeColumn[] | null): StixAttribute[] {
  return (columns ?? []).map(({ type, value, source, displayed, pinned }) => ({
    type,
    value,
    ...(source === null ? {} : { source }),
    ...(displayed ? { displayed } : {}),
    ...(pinned ? { pinned } : {}),
  }))
}
