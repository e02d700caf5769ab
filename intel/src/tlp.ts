import { nearestName } from './tql/nearest-name.ts'

/** Traffic Light Protocol 2.0 (FIRST, August 2022), from the widest audience to the narrowest. */
export const tlpLevels = ['CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED'] as const
export type TlpLevel = (typeof tlpLevels)[number]

const levelByName: ReadonlyMap<string, TlpLevel> = new Map<string, TlpLevel>([
  ...tlpLevels.map((level) => [level, level] as const),
  // TLP 1.0's name for CLEAR.
  ['WHITE', 'CLEAR'],
])

/**
 * Reads a level as people and feeds write it: `TLP:AMBER+STRICT`, `tlp:white`, `TLP: AMBER`, `amber strict`.
 * `undefined` for anything else, a level with more text behind it included.
 */
export function parseTlp(text: string): TlpLevel | undefined {
  if (text.length > tlpTextLengthMax) return undefined
  const name = text
    .trim()
    .toUpperCase()
    .replace(/^TLP\s*[:_-]?\s*/, '')
    .replace(/^AMBER\s*[+_ -]\s*STRICT$/, 'AMBER+STRICT')
  return levelByName.get(name)
}

/**
 * The level by which a label is handled. One that begins like TLP and names no level, such as `TLP:REDD` or `TLP:RED and more`, counts as
 * RED: whoever wrote it meant to hold the value back, and how far cannot be told. `undefined` for labels that are not about TLP.
 */
export function tlpOfLabel(label: string): TlpLevel | undefined {
  return parseTlp(label) ?? (/^\s*TLP(?![a-z0-9])/i.test(label) ? 'RED' : undefined)
}

/** As labels are stored. */
export const tlpLabels: readonly string[] = tlpLevels.map((level) => `TLP:${level}`)

/** What is wrong with a label that is about TLP and names no level, for the person who writes it; `undefined` for all other labels. */
export function tlpSlip(label: string): string | undefined {
  if (parseTlp(label) !== undefined || tlpOfLabel(label) === undefined) return undefined
  const near = nearestName(label.trim(), tlpLabels)
  return `“${label.trim()}” names no level of TLP; ${near === undefined ? `there are ${tlpLabels.join(', ')}.` : `did you mean ${near}?`}`
}

/** Below zero where `a` may be shared more widely than `b`, zero where they are equal: `toSorted(compareTlp)` puts CLEAR first. */
export function compareTlp(a: TlpLevel, b: TlpLevel): number {
  return tlpLevels.indexOf(a) - tlpLevels.indexOf(b)
}

const tlpTextLengthMax = 64
