import type { IndicatorType } from '../indicators/indicator-types.ts'
import type { ExclusionMatching } from './exclusion-rule.ts'
import type { KeyTable } from './key-table.ts'
import type { RangeTable } from './range-table.ts'

/** A list as it judges; what it is called and what follows from a hit is the hub's. */
export interface JudgingList {
  readonly id: string
  readonly name: string
  readonly kind: 'own' | 'protected' | 'misp'
  readonly matching: ExclusionMatching
  /** Types that it judges; null for every one that its entries can be. */
  readonly types: readonly IndicatorType[] | null
  readonly mode: 'inform' | 'block'
  readonly atImport: boolean
  readonly atExport: boolean
}

/**
 * All lists of an organization, ready to judge: plain numbers in memory that threads share, so that a worker thread gets them for
 * nothing. Entries are numbered over all lists, in the order of lists.
 */
export interface CompiledExclusions {
  readonly lists: readonly JudgingList[]
  /** UTF-8 of all entries, one behind the other. */
  readonly texts: Uint8Array
  readonly textEnds: Uint32Array
  /** The first entry behind each list's. */
  readonly listEnds: Uint32Array
  readonly seed: number
  readonly keys: KeyTable
  readonly ranges: readonly { readonly list: number; readonly table: RangeTable }[]
  /** Entries with wildcards, parts and expressions. */
  readonly patterns: Uint32Array
  readonly bytes: number
}
