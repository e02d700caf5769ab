import { canonicalise, indicatorId, type IndicatorType, indicatorTypes, type NamedIndicator } from '@postern/intel'

/** Hashes of a file that one text names, joined by ` : `. */
const hashesMax = 3

/** Everything that a text may name, of each type, in whatever spelling; several hashes of a file are several. */
export function namedIndicators(
  text: string,
  types: readonly IndicatorType[] = indicatorTypes,
): (NamedIndicator & { id: string })[] {
  const wholes = types.flatMap((type) => named(type, text))
  if (!types.includes('File') || !text.includes(' : ')) return wholes
  return [...wholes, ...text.split(':', hashesMax).flatMap((part) => named('File', part))]
}

function named(type: IndicatorType, text: string): (NamedIndicator & { id: string })[] {
  const canonical = canonicalise(type, text)
  return canonical.ok ? [{ type, value: canonical.value, id: indicatorId(type, canonical.value) }] : []
}
