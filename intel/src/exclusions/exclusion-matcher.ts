import type { IndicatorType } from '../indicators/indicator-types.ts'
import { indicatorTypes } from '../indicators/indicator-types.ts'
import type { CompiledExclusions, JudgingList } from './compiled-exclusions.ts'
import { type ExclusionRule, readExclusionEntry } from './exclusion-rule.ts'
import { hitsRule } from './hits-rule.ts'
import type { IpNetwork } from './ip-network.ts'
import { findKeys } from './key-table.ts'
import { type Pattern, PatternSet } from './pattern-set.ts'
import { probeValue, type ProbedValue } from './probed-value.ts'
import { findRange } from './range-table.ts'
import { domainHash, hashOf, hashOnward } from './text-hash.ts'

/** What a list says of a value, and by which of its entries. */
export interface ExclusionHit {
  readonly list: JudgingList
  /** As it stands in the list; one of those that hit. */
  readonly entry: string
}

type ReadEntry = { list: JudgingList; hit: ExclusionHit; rule: ExclusionRule | undefined }

/** Entries that are remembered as they were read. */
const knownMax = 4096

const noHits: readonly ExclusionHit[] = []

/**
 * Judges values against all lists of an organization (D25). A value without a hit costs a few look-ups, however many entries there
 * are: its whole text and the domains above it in a table of hashes, its address in sorted ranges. What a table leads to is read
 * from the entry itself and judged by its rule.
 */
export class ExclusionMatcher {
  readonly #compiled: CompiledExclusions
  readonly #patterns: PatternSet
  readonly #judged: ReadonlySet<IndicatorType>
  readonly #decoder = new TextDecoder()
  readonly #known = new Map<number, ReadEntry>()
  #found: number[] = []

  constructor(compiled: CompiledExclusions) {
    this.#compiled = compiled
    this.#patterns = new PatternSet([...compiled.patterns].flatMap((entry) => this.#patternOf(entry)))
    this.#judged = new Set(indicatorTypes.filter((type) => compiled.lists.some(({ types }) => judges(types, type))))
  }

  /** @param value canonical in its type @returns at most one hit a list, in the order of lists */
  judge(type: IndicatorType, value: string): readonly ExclusionHit[] {
    if (!this.#judged.has(type)) return noHits
    const probe = probeValue(type, value)
    this.#findTexts(probe)
    if (this.#found.length > 0) this.#dropMisses(probe)
    if (probe.network !== undefined) this.#findNetworks(probe.network, type === 'URL')
    this.#patterns.find(probe, this.#found)
    return this.#found.length === 0 ? noHits : this.#takeHits(type)
  }

  #findTexts({ text, host }: ProbedValue): void {
    const { keys, seed } = this.#compiled
    if (keys.hashes.length === 0) return
    if (host !== undefined) this.#findHost(host)
    if (text !== host) findKeys(keys, hashOf(text, seed), this.#found)
  }

  /** The host as a whole, and as one of the domains above it and itself. */
  #findHost(host: string): void {
    const { keys, seed } = this.#compiled
    let hash = seed
    for (let index = host.length - 1; index >= 0; index--) {
      const code = host.charCodeAt(index)
      if (code === dot) findKeys(keys, domainHash(hash), this.#found)
      hash = hashOnward(hash, code)
    }
    findKeys(keys, domainHash(hash), this.#found)
    findKeys(keys, hash >>> 0, this.#found)
  }

  /** Ranges need no second look; their search is exact. */
  #findNetworks({ v4, v6 }: IpNetwork, isUrl: boolean): void {
    const { ranges, lists } = this.#compiled
    for (const { list, table } of ranges) {
      const range = table.words === 4 ? v6 : v4
      if (range === undefined || (isUrl && !isByParts(lists[list]!))) continue
      const entry = findRange(table, range.from, range.to)
      if (entry >= 0) this.#found.push(entry)
    }
  }

  #dropMisses(probe: ProbedValue): void {
    this.#found = this.#found.filter((entry) => {
      const { list, rule } = this.#read(entry)
      return rule !== undefined && judges(list.types, probe.type) && hitsRule(rule, probe, isByParts(list))
    })
  }

  #takeHits(type: IndicatorType): ExclusionHit[] {
    const hits: ExclusionHit[] = []
    // In the order of entries, which is that of lists.
    if (this.#found.length > 1) this.#found.sort((a, b) => a - b)
    for (const entry of this.#found) {
      const { hit, list } = this.#read(entry)
      if (judges(list.types, type) && hits.at(-1)?.list !== list) hits.push(hit)
    }
    this.#found = []
    return hits
  }

  /** What an entry is, remembered: values that hit mostly hit the same ones. */
  #read(entry: number): ReadEntry {
    const known = this.#known.get(entry)
    if (known !== undefined) return known
    if (this.#known.size >= knownMax) this.#known.clear()
    // Every entry is one of a list's.
    const list = this.#compiled.lists[this.#listOf(entry)]!
    const text = this.#textOf(entry)
    const rule = readExclusionEntry(list.matching, text, list.types)
    const read = { list, hit: { list, entry: text }, rule: rule.ok ? rule.rule : undefined }
    this.#known.set(entry, read)
    return read
  }

  #patternOf(entry: number): Pattern[] {
    const { list, rule } = this.#read(entry)
    return rule === undefined ? [] : [{ entry, list: this.#listOf(entry), rule, byParts: isByParts(list) }]
  }

  #listOf(entry: number): number {
    const { listEnds } = this.#compiled
    let low = 0
    let high = listEnds.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (listEnds[middle]! <= entry) low = middle + 1
      else high = middle
    }
    return low
  }

  #textOf(entry: number): string {
    const { texts, textEnds } = this.#compiled
    // A copy: shared memory cannot be decoded.
    return this.#decoder.decode(texts.slice(entry === 0 ? 0 : textEnds[entry - 1]!, textEnds[entry]!))
  }
}

function judges(types: JudgingList['types'], type: IndicatorType): boolean {
  return types === null || types.includes(type)
}

/**
 * Whether a list judges URLs by their host and e-mail addresses by their domain: protected ones always, MISP's where they name these
 * types, one's own only if they name them, so that `github.com` is not every page on it.
 */
function isByParts({ kind, types }: JudgingList): boolean {
  return kind !== 'own' || types !== null
}

const dot = 46
