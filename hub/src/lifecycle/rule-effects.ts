import { type Lifecycle, lifecycle } from '@postern/intel'
import type { DeprecationPreview, DeprecationRule } from '@postern/protocol'
import type { AssertionFacts } from './facts.ts'
import { everyType } from './rules.ts'

/** An assertion of which something else would be in force. */
export type ChangedAssertion = {
  indicatorId: string
  ownerId: string
  inForce: Lifecycle['inForce']
  /** Its rule says to delete it. */
  isOver: boolean
}

type Counts = Omit<DeprecationPreview, 'total' | 'collections' | 'collectionsNotCompared'>

/** What other rules would make of assertions, counted. */
export class RuleEffects {
  readonly changed: ChangedAssertion[] = []
  /** Whether all that the owner asserts was looked at. */
  isWhole = false
  readonly #rules: ReadonlyMap<string, DeprecationRule>
  readonly #now: Date
  readonly #counts: Counts = { covered: 0, given: 0, raised: 0, lowered: 0, inactive: 0, deleted: 0 }
  #looked = 0
  #lastId = ''

  constructor(rules: readonly DeprecationRule[], now: Date) {
    this.#rules = new Map(rules.map((rule) => [rule.indicatorType, rule]))
    this.#now = now
  }

  /** @param assertions the next in the order of their indicators' ids @param isLast there are no more */
  add(assertions: readonly AssertionFacts[], isLast: boolean): void {
    for (const assertion of assertions) {
      this.#judge(assertion)
      if (assertion.indicatorId > this.#lastId) this.#lastId = assertion.indicatorId
    }
    this.#looked += assertions.length
    this.isWhole = isLast
  }

  get hasLooked(): boolean {
    return this.#looked > 0 || this.isWhole
  }

  told(): Counts & Pick<DeprecationPreview, 'total'> {
    const counts = Object.fromEntries(
      Object.entries(this.#counts).map(([name, count]) => [name, this.estimated(count)]),
    ) as Counts
    return { total: { count: this.estimated(this.#looked), isExact: this.isWhole }, ...counts }
  }

  /** Of all what was counted among those that were looked at. As far as their ids reach into all ids, so many of all they are. */
  estimated(count: number): number {
    if (this.isWhole) return count
    const share = (Number.parseInt(this.#lastId.replaceAll('-', '').slice(0, idDigits), 16) + 1) / 16 ** idDigits
    return Math.round(count / share)
  }

  #judge({ indicatorId, ownerId, type, stored, facts }: AssertionFacts): void {
    const rule = this.#rules.get(type) ?? this.#rules.get(everyType)
    const { inForce, isOver } = lifecycle({ ...facts, rule }, this.#now.getTime())
    if (rule !== undefined) this.#counts.covered += 1
    if (isOver) this.#counts.deleted += 1
    else if (stored.active && !inForce.active) this.#counts.inactive += 1
    const [before, after] = [stored.confidence, inForce.confidence]
    if (!isOver && before !== after) {
      if (before === null) this.#counts.given += 1
      else if (after === null || after < before) this.#counts.lowered += 1
      else this.#counts.raised += 1
    }
    const isChanged =
      isOver ||
      before !== after ||
      inForce.rating !== stored.rating ||
      inForce.status !== stored.status ||
      inForce.active !== stored.active ||
      inForce.expiresAt !== stored.expiresAt
    if (isChanged) this.changed.push({ indicatorId, ownerId, inForce, isOver })
  }
}

/** Hexadecimal digits of an id that are looked at: enough for any library, and exact as a number. */
const idDigits = 12
