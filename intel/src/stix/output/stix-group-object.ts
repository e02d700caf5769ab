import type { GroupType } from '../../indicators/group-types.ts'
import type { TlpLevel } from '../../tlp.ts'
import { isStixObjectId } from '../bundle/stix-object-id.ts'
import { groupTypes, posternGroupType } from '../mapping/map-group.ts'
import { parseStixPattern } from '../pattern/parse-stix-pattern.ts'
import type { StixAttribute } from '../stix21-indicator.ts'
import { stixId } from '../stix-id.ts'
import { type StixSpecVersion, tlpMarkingRefs } from '../tlp-marking.ts'
import { typeWords } from '../type-words.ts'
import { defaultLabel } from './stix-indicator-object.ts'
import type { StixOutputObject } from './stix-output.ts'

/** What the library says of one group. */
export interface StixGroupSource {
  readonly type: GroupType
  readonly name: string
  readonly xid: string
  readonly created: Date
  readonly modified: Date
  readonly status?: string | null
  readonly eventDate?: Date | null
  readonly publishDate?: Date | null
  readonly firstSeen?: Date | null
  readonly lastSeen?: Date | null
  readonly tags?: readonly string[]
  readonly tlp?: TlpLevel | null
  readonly markingRefs?: readonly string[]
  readonly attributes?: readonly StixAttribute[]
  /** Of a Signature: its language and text. */
  readonly fileType?: string | null
  readonly fileText?: string | null
  /** Ids of what a report is about. */
  readonly objectRefs?: readonly string[]
}

/**
 * The object of a group that the library alone describes. Types that STIX has no word for go out as `x-postern-group`, which names the type;
 * a signature whose language a pattern can have goes out as an indicator. A report must name what it is about (STIX 2.1, 4.16; 2.0 part
 * 2, 2.9: `object_refs` is required, and no list is empty), so that one that nothing is joined to is no `report` either.
 */
export function stixGroupObject(source: StixGroupSource, specVersion: StixSpecVersion): StixOutputObject {
  const kind = { ...source, namesObjects: source.objectRefs !== undefined && source.objectRefs.length > 0 }
  const type = typeOf(kind, specVersion)
  const created = source.created.toISOString()
  const modified = (source.modified < source.created ? source.created : source.modified).toISOString()
  const markingRefs = [...(source.tlp ? tlpMarkingRefs(source.tlp, specVersion) : []), ...(source.markingRefs ?? [])]
  const description = source.attributes?.find((attribute) => attribute.type === 'Description')?.value
  const needsLabels = specVersion === '2.0' && typeWords.has(type)
  const labels = source.tags?.length ? [...source.tags] : needsLabels ? [defaultLabel] : []
  return {
    type,
    ...(specVersion === '2.1' ? { spec_version: '2.1' } : {}),
    id: stixGroupId(kind, specVersion),
    created,
    modified,
    ...(source.status === 'Revoked' ? { revoked: true } : {}),
    ...(labels.length > 0 ? { labels } : {}),
    ...(markingRefs.length > 0 ? { object_marking_refs: [...new Set(markingRefs)] } : {}),
    name: source.name,
    ...(description === undefined ? {} : { description }),
    ...required(source, type, specVersion),
    ...seen(source),
    ...(needsLabels && !source.tags?.length ? { x_postern_untagged: true } : {}),
    ...posternProperties(source, type),
  }
}

/** The id of that object: the group's xid where it is one already, else one made of type and xid. */
export function stixGroupId(source: StixGroupKind & { readonly xid: string }, specVersion: StixSpecVersion): string {
  const type = typeOf(source, specVersion)
  return isStixObjectId(source.xid) && source.xid.slice(0, -38) === type
    ? source.xid
    : stixId(type, source.type, source.xid)
}

/** What decides the type of a group's object. */
type StixGroupKind = Pick<StixGroupSource, 'type' | 'fileType' | 'fileText'> & {
  /** Of a report: whether it has something to name. */
  readonly namesObjects: boolean
}

function typeOf({ type, fileType, fileText, namesObjects }: StixGroupKind, specVersion: StixSpecVersion): string {
  if (type === 'Report' && !namesObjects) return posternGroupType
  if (type !== 'Signature') return typeOfGroup.get(type) ?? posternGroupType
  const language = languageOf(fileType)
  if (language === 'stix') return fileText && parseStixPattern(fileText).ok ? 'indicator' : posternGroupType
  return specVersion === '2.1' && language !== undefined && fileText ? 'indicator' : posternGroupType
}

function languageOf(fileType: string | null | undefined): string | undefined {
  const language = fileType?.toLowerCase()
  return language !== undefined && languages.has(language) ? language : undefined
}

/** 2.1's open vocabulary of pattern types. */
const languages: ReadonlySet<string> = new Set(['stix', 'pcre', 'sigma', 'snort', 'suricata', 'yara'])
const typeOfGroup: ReadonlyMap<GroupType, string> = new Map([...groupTypes].map(([object, group]) => [group, object]))

/** What the standard demands of a type beside its name. */
function required(source: StixGroupSource, type: string, specVersion: StixSpecVersion): Record<string, unknown> {
  if (type === 'indicator') {
    return {
      pattern: source.fileText ?? '',
      ...(specVersion === '2.1' ? { pattern_type: languageOf(source.fileType) } : {}),
      valid_from: (source.firstSeen ?? source.created).toISOString(),
    }
  }
  if (type === 'malware' && specVersion === '2.1') return { is_family: false }
  if (type !== 'report') return {}
  return {
    published: (source.publishDate ?? source.created).toISOString(),
    object_refs: [...(source.objectRefs ?? [])],
    // How it is joined to each of them is said beside it.
    x_postern_linked: true,
  }
}

function seen({ firstSeen, lastSeen }: StixGroupSource): Record<string, unknown> {
  const isOrdered = !firstSeen || !lastSeen || firstSeen <= lastSeen
  return {
    ...(firstSeen ? { first_seen: firstSeen.toISOString() } : {}),
    ...(lastSeen && isOrdered ? { last_seen: lastSeen.toISOString() } : {}),
  }
}

function posternProperties(source: StixGroupSource, type: string): Record<string, unknown> {
  const others = source.attributes ?? []
  return {
    ...(type === posternGroupType ? { x_postern_group_type: source.type } : {}),
    ...(type === posternGroupType && source.fileText
      ? { x_postern_file_type: source.fileType ?? '', x_postern_file_text: source.fileText }
      : {}),
    x_postern_xid: source.xid,
    ...(source.status ? { x_postern_status: source.status } : {}),
    ...(source.eventDate ? { x_postern_event_date: source.eventDate.toISOString() } : {}),
    ...(source.publishDate && type !== 'report' ? { x_postern_publish_date: source.publishDate.toISOString() } : {}),
    ...(others.length > 0 ? { x_postern_attributes: [...others] } : {}),
  }
}
