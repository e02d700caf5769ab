import {
  groupTypes,
  indicatorTypes,
  nearestName,
  parseGroupType,
  readIndicatorTypeName,
  type TqlComparison,
  type TqlObject,
  typeByOtherName,
} from '@postern/intel'
import { shortened, wholeNames } from './whole-names.ts'

/** The objects whose types are a closed list; attributes have types of their owners' making. */
const typed: Readonly<
  Partial<Record<TqlObject, { word: string; names: readonly string[]; parse(name: string): string | undefined }>>
> = {
  indicator: { word: 'indicator', names: indicatorTypes, parse: readIndicatorTypeName },
  group: { word: 'group', names: groupTypes, parse: parseGroupType },
}

/**
 * What is wrong with a comparison of `typeName` for equality, and where: a type that there is not finds nothing without a word, or,
 * negated, everything. Parts of names (LIKE, CONTAINS) may be anything.
 */
export function unknownTypeName(
  comparison: TqlComparison,
  object: TqlObject,
): { message: string; position: number } | undefined {
  const types = typed[object]
  if (types === undefined || comparison.keyword !== 'typeName') return undefined
  const unknown = wholeNames(comparison).find(({ text }) => types.parse(text) === undefined)
  if (unknown === undefined) return undefined
  const meant = typeByOtherName(object, unknown.text) ?? nearestName(unknown.text, types.names)
  const cure = meant === undefined ? `There are: ${types.names.join(', ')}.` : `Did you mean ${meant}?`
  const message = `There is no ${types.word} type “${shortened(unknown.text)}”. ${cure}`
  return { message, position: unknown.position }
}
