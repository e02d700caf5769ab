import {
  groupTypes,
  indicatorTypes,
  parseGroupType,
  parseIndicatorType,
  type TqlComparison,
  type TqlObject,
  type TqlScalar,
} from '@postern/intel'

/** The objects whose types are a closed list; attributes have types of their owners' making. */
const typed: Readonly<
  Partial<Record<TqlObject, { word: string; names: readonly string[]; parse(name: string): string | undefined }>>
> = {
  indicator: { word: 'indicator', names: indicatorTypes, parse: parseIndicatorType },
  group: { word: 'group', names: groupTypes, parse: parseGroupType },
}

/**
 * What is wrong with a comparison of `typeName` for equality, and where: a type that there is not finds nothing without a word, or,
 * negated, everything. Parts of names (LIKE, CONTAINS) may be anything.
 */
export function unknownTypeName(
  { keyword, operator, value }: TqlComparison,
  object: TqlObject,
): { message: string; position: number } | undefined {
  const types = typed[object]
  if (types === undefined || keyword !== 'typeName' || !equalities.has(operator)) return undefined
  const items: readonly TqlScalar[] = value.kind === 'list' ? value.items : [value]
  for (const item of items) {
    if (item.kind !== 'text' || types.parse(item.text) !== undefined) continue
    const message = `There is no ${types.word} type “${shortened(item.text)}”. There are: ${types.names.join(', ')}.`
    return { message, position: item.position }
  }
  return undefined
}

const equalities: ReadonlySet<TqlComparison['operator']> = new Set(['=', '!=', 'in', 'not in'])

/** A query may be a megabyte long; a sentence about it is not. */
function shortened(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60).toWellFormed()}…` : name
}
