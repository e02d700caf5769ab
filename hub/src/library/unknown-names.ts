import type { QueryHint } from '@postern/protocol'
import { storable } from '../database/storable.ts'
import { queryLimits } from './query-limits.ts'
import { shortened, type WholeName } from './whole-names.ts'

/** Names of one kind that a query compares with. */
export type NamesAsked = {
  /** Of which kind, as `tag`. */
  noun: string
  /** Where they are looked for, behind the name; everywhere, if it is absent. */
  where?: string
  named: readonly WholeName[]
  /** Those that there are not. */
  unknownAmong(names: readonly string[]): Promise<readonly string[]>
  /** Asked for once there are some: what finds the name that was meant. */
  nearest(): Promise<(text: string) => string | undefined | Promise<string | undefined>>
}

/** A hint on each name that there is not, with the one that was meant, if there is one like it. */
export async function hintsOnUnknown({
  noun,
  where = '',
  named,
  unknownAmong,
  nearest,
}: NamesAsked): Promise<QueryHint[]> {
  if (named.length === 0) return []
  const unknown = new Set(await unknownAmong([...new Set(named.map(({ text }) => storable(text)))]))
  const mistaken = named.filter(({ text }) => unknown.has(storable(text))).slice(0, queryLimits.hintsMax)
  if (mistaken.length === 0) return []
  const meantBy = await nearest()
  return Promise.all(
    mistaken.map(async ({ text, position }) => {
      const meant = await meantBy(text)
      const guess = meant === undefined ? '' : ` Did you mean ${meant}?`
      return { message: `There is no ${noun} “${shortened(text)}”${where}.${guess}`, position }
    }),
  )
}
