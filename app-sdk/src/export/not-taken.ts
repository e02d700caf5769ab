import type { Value } from './control.ts'
import { notTakenLimits } from './not-taken-limits.ts'
import { keyOf, valueOf } from './value-key.ts'

/** The values of a collection that a control cannot take: counted by reason, and named as far as the bounds go. */
export class NotTaken {
  readonly #counts = new Map<string, number>()
  readonly #named = new Map<string, string[]>()

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

  /** Lines of a receipt, reason by reason. */
  *lines(): Generator<readonly (readonly string[])[]> {
    for (const [reason, keys] of this.#named)
      yield keys.map((key) => ['left-out', ...valueOf(key), reason.slice(0, 500)])
  }
}
