import type { Value } from './control.ts'
import { notTakenLimits } from './not-taken-limits.ts'
import { keyOf, valueOf } from './value-key.ts'

/** The values of a collection that a control cannot take: counted by reason, and named as far as the bounds go. */
export class NotTaken {
  readonly #counts = new Map<string, number>()
  readonly #named = new Map<string, string[]>()
  readonly #takenTypes = new Set<string>()

  /** Notes that a value of the type was taken. */
  took([type]: Value): void {
    this.#takenTypes.add(type)
  }

  add(value: Value, reason: string): void {
    this.count(reason, 1)
    const named = this.#named.get(reason)
    if (named === undefined) {
      if (this.#named.size < notTakenLimits.reasonsMax) this.#named.set(reason, [keyOf(value)])
    } else if (named.length < notTakenLimits.namedOfReasonMax) named.push(keyOf(value))
  }

  /** Values that nobody named, as those which the hub left out. */
  count(reason: string, count: number): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count)
  }

  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts)
  }

  /** Lines of a plan and of a receipt, reason by reason. */
  *lines(): Generator<readonly (readonly string[])[]> {
    const reasonsOfType = this.#reasonsOfType()
    for (const [reason, keys] of this.#named) {
      const namedOfType = new Map<string, number>()
      const lines = keys.flatMap((key) => {
        const value = valueOf(key)
        const [type] = value
        const named = namedOfType.get(type) ?? 0
        // By a reason that begins with the type, the hub knows it of every value of the type.
        const isWhole =
          !this.#takenTypes.has(type) && reasonsOfType.get(type)?.size === 1 && reason.startsWith(`${type}:`)
        if (isWhole && named >= notTakenLimits.namedOfWholeTypeMax) return []
        namedOfType.set(type, named + 1)
        return [['left-out', ...value, reason.slice(0, 500)]]
      })
      yield lines
    }
  }

  #reasonsOfType(): ReadonlyMap<string, ReadonlySet<string>> {
    const reasons = new Map<string, Set<string>>()
    for (const [reason, keys] of this.#named) {
      for (const type of new Set(keys.map((key) => valueOf(key)[0])))
        reasons.set(type, (reasons.get(type) ?? new Set()).add(reason))
    }
    return reasons
  }
}
