import { parseGroupType, type GroupType } from '../../indicators/group-types.ts'
import type { StixObject } from '../bundle/validate-object.ts'
import type { GroupItem, NamedItem } from './library-item.ts'
import { attributesOf, cut, groupNameLengthMax, instantOf, tagsOf, textOf } from './read-properties.ts'

/** The type of group that an object becomes; undefined where the library has no place for it. */
export function groupTypeOf(object: StixObject): GroupType | undefined {
  if (object.type === posternGroupType) return parseGroupType(textOf(object['x_postern_group_type']) ?? '')
  return groupTypes.get(object.type)
}

/** STIX has no word for some types of groups; they go out under this one. */
export const posternGroupType = 'x-postern-group'

/** Types of objects and of groups that are the same. */
export const groupTypes: ReadonlyMap<string, GroupType> = new Map<string, GroupType>([
  ['attack-pattern', 'Attack Pattern'],
  ['campaign', 'Campaign'],
  ['course-of-action', 'Course of Action'],
  ['incident', 'Incident'],
  ['intrusion-set', 'Intrusion Set'],
  ['malware', 'Malware'],
  ['report', 'Report'],
  ['threat-actor', 'Adversary'],
  ['tool', 'Tool'],
  ['vulnerability', 'Vulnerability'],
  ['x-mitre-tactic', 'Tactic'],
])

/** A group keeps the xid that it left us with; any other has the object's id. */
export function groupXid(object: StixObject): string {
  const own = textOf(object['x_postern_xid'])
  return own === undefined || own.length > 500 ? object.id : own
}

/**
 * The item of the library that an object becomes. Its name is the object's, or else its id, cut to 500 UTF-16 units; properties that are
 * absent or of another kind are left out.
 */
export function groupItem(object: StixObject, type: GroupType, securityLabel: readonly NamedItem[]): GroupItem {
  const item: GroupItem = {
    type,
    name: cut((textOf(object['name']) ?? object.id).trim(), groupNameLengthMax),
    xid: groupXid(object),
  }
  const status = statusOf(object)
  if (status !== undefined) item.status = status
  for (const [name, property] of instants) {
    const instant = instantOf(object[property])
    if (instant !== undefined) item[name] = instant
  }
  const tag = tagsOf(object)
  if (tag.length > 0) item.tag = tag
  if (securityLabel.length > 0) item.securityLabel = securityLabel
  const attribute = attributesOf(object)
  if (attribute.length > 0) item.attribute = attribute
  const fileText = textOf(object['x_postern_file_text'])
  if (object.type === posternGroupType && fileText !== undefined) {
    item.fileType = cut(textOf(object['x_postern_file_type']) ?? '', 100)
    item.fileText = fileText.slice(0, fileTextLengthMax)
  }
  return item
}

const fileTextLengthMax = 500_000

/** A pattern that no set of values can say: found as a signature, its text in full, by which one without a name is named. */
export function signatureItem(object: StixObject, language: string, securityLabel: readonly NamedItem[]): GroupItem {
  const name = textOf(object['name']) ?? textOf(object['pattern'])?.replace(/\s+/g, ' ').trim()
  const item = groupItem({ ...object, name }, 'Signature', securityLabel)
  item.fileType = language === 'stix' ? 'STIX' : cut(language, 100)
  item.fileText = textOf(object['pattern']) ?? ''
  return item
}

function statusOf(object: StixObject): string | undefined {
  if (object['revoked'] === true) return 'Revoked'
  if (object['x_mitre_deprecated'] === true) return 'Deprecated'
  return textOf(object['x_postern_status'])?.slice(0, 100)
}

const instants = [
  ['firstSeen', 'first_seen'],
  ['lastSeen', 'last_seen'],
  ['publishDate', 'published'],
  ['publishDate', 'x_postern_publish_date'],
  ['eventDate', 'x_postern_event_date'],
] as const
