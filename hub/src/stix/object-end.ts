import { parseGroupType, parseIndicatorType, stixGroupId, stixId, type StixSpecVersion } from '@postern/intel'

/** An end of a link, by the object that there is of it. */
export type ObjectEnd = { object: string | null; end: ObjectEndColumn }

/** Enough of a group or an indicator to make the id of the object that is built for it. */
export type ObjectEndColumn =
  | { type: string; value: string; tlp: number | null }
  | { type: string; xid: string; fileType: string | null; fileText: string | null; tlp: number | null }

/** The id of that object; undefined for a type that the library does not have. */
export function builtObjectId(end: ObjectEndColumn, specVersion: StixSpecVersion): string | undefined {
  if ('value' in end) {
    const type = parseIndicatorType(end.type)
    return type === undefined ? undefined : stixId('indicator', type, end.value)
  }
  const type = parseGroupType(end.type)
  if (type === undefined) return undefined
  const { xid, fileType, fileText } = end
  // Something is joined to it, so that a report has something to name.
  return stixGroupId({ type, xid, fileType, fileText, namesObjects: true }, specVersion)
}

/** Ids of the objects of these ends, each once. */
export function objectIdsOf(ends: readonly ObjectEnd[], specVersion: StixSpecVersion): string[] {
  return [...new Set(ends.flatMap(({ object, end }) => object ?? builtObjectId(end, specVersion) ?? []))]
}

/** A `ObjectEndColumn` of the group that has this name in a query. */
export function groupEnd(group: string): string {
  return `json_build_object('type', ${group}.type, 'xid', ${group}.xid, 'fileType', ${group}.detail->>'fileType', 'fileText', ${group}.detail->>'fileText', 'tlp', ${group}.tlp)`
}
