import { RE2Set } from 're2js'
import type { ExclusionRule } from './exclusion-rule.ts'
import { hitsRule } from './hits-rule.ts'
import { PartSet } from './part-set.ts'
import type { ProbedValue } from './probed-value.ts'

/** An entry that must be looked for inside values. */
export interface Pattern {
  readonly entry: number
  readonly list: number
  readonly rule: ExclusionRule
  /** Whether its list judges URLs by their host and e-mail addresses by their domain. */
  readonly byParts: boolean
}

/** Bound of the memory in which the automaton of all expressions remembers its states. */
const automatonBytesMax = 8 * 1024 * 1024
const gramLength = 3
const gramsMax = 1 << 16

/**
 * Wildcards are found by three characters in a row, of theirs the ones that are rarest among all wildcards; parts by their first three,
 * then by a search in their list; expressions by one automaton for all. Time is linear in the value.
 */
export class PatternSet {
  readonly #wildcards = new Map<number, Pattern[]>()
  readonly #parts: readonly PartSet[]
  readonly #isWildcard = new Uint8Array(gramsMax)
  readonly #isPart = new Uint8Array(gramsMax)
  readonly #hasLiterals: boolean
  readonly #expressions: readonly number[]
  readonly #automaton: RE2Set | undefined

  constructor(patterns: readonly Pattern[]) {
    this.#addWildcards(patterns.filter(({ rule }) => rule.kind === 'wildcard'))
    const parts = patterns.flatMap(({ rule, ...rest }) => (rule.kind === 'part' ? [{ ...rest, text: rule.text }] : []))
    for (const { text } of parts) this.#isPart[gramAt(text, 0)] = 1
    this.#parts = [...Map.groupBy(parts, ({ list }) => list).values()].map((ofList) => new PartSet(ofList))
    this.#hasLiterals = this.#wildcards.size > 0 || parts.length > 0
    const automaton = new RE2Set(RE2Set.UNANCHORED, 0, automatonBytesMax)
    this.#expressions = patterns.flatMap(({ entry, rule }) => {
      if (rule.kind !== 'expression') return []
      automaton.add(rule.source)
      return [entry]
    })
    if (this.#expressions.length > 0) this.#automaton = automaton
  }

  #addWildcards(patterns: readonly Pattern[]): void {
    const counts = new Uint32Array(gramsMax)
    for (const { rule } of patterns) for (const gram of gramsOf(rule)) counts[gram]! += 1
    for (const pattern of patterns) {
      let rarest = -1
      for (const gram of gramsOf(pattern.rule)) if (rarest < 0 || counts[gram]! < counts[rarest]!) rarest = gram
      const others = this.#wildcards.get(rarest)
      if (others === undefined) this.#wildcards.set(rarest, [pattern])
      else others.push(pattern)
      this.#isWildcard[rarest] = 1
    }
  }

  /** Adds the entries that hit. */
  find(probe: ProbedValue, found: number[]): void {
    if (this.#hasLiterals) this.#findLiterals(probe, found)
    if (this.#automaton === undefined) return
    // Every number is that of an expression that was added.
    for (const number of this.#automaton.match(probe.value)) found.push(this.#expressions[number]!)
  }

  #findLiterals(probe: ProbedValue, found: number[]): void {
    const { text } = probe
    let tried: Set<number> | undefined
    for (let place = 0; place + gramLength <= text.length; place++) {
      const gram = gramAt(text, place)
      if (this.#isPart[gram] === 1) this.#findParts(text, place, found)
      if (this.#isWildcard[gram] === 0 || tried?.has(gram) === true) continue
      tried ??= new Set()
      tried.add(gram)
      for (const { entry, rule, byParts } of this.#wildcards.get(gram) ?? [])
        if (hitsRule(rule, probe, byParts)) found.push(entry)
    }
  }

  #findParts(text: string, place: number, found: number[]): void {
    for (const parts of this.#parts) {
      const entry = parts.at(text, place)
      if (entry >= 0) found.push(entry)
    }
  }
}

function* gramsOf(rule: ExclusionRule): Generator<number> {
  if (rule.kind !== 'wildcard') return
  for (const piece of rule.pieces)
    for (let place = 0; place + gramLength <= piece.length; place++) yield gramAt(piece, place)
}

function gramAt(text: string, place: number): number {
  const mixed = text.charCodeAt(place) * 961 + text.charCodeAt(place + 1) * 31 + text.charCodeAt(place + 2)
  return Math.imul(mixed, 0x9e3779b1) >>> 16
}
