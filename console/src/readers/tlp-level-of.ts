import { type TlpLevel, tlpLevels } from '@postern/intel'

/** The level that the API names; where this console does not know it, the one that gives the least away. */
export function tlpLevelOf(named: string): TlpLevel {
  return tlpLevels.find((level) => level === named) ?? 'CLEAR'
}
