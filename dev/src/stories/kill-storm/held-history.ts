/**
 * What the appliance held over time, by its own word: each state with when it was seen first, and when the one before it was seen last.
 * It began at some instant between the two, which on a busy machine may lie apart.
 */
export class HeldHistory implements Disposable {
  readonly #held: () => string[]
  readonly #states: { after: number; since: number; values: string }[] = []
  #lookedAt = Date.now()
  readonly #timer: NodeJS.Timeout

  constructor(held: () => string[], everyMs = 10) {
    this.#held = held
    this.#look()
    this.#timer = setInterval(() => this.#look(), everyMs)
  }

  /** Every state that may have been in force between two instants, ends included. */
  between(from: number, until: number): string[][] {
    return this.#states
      .filter(({ after }, index) => after <= until && (this.#states[index + 1]?.since ?? Infinity) >= from)
      .map(({ values }) => values.split('\n').filter((value) => value !== ''))
  }

  get changes(): number {
    return this.#states.length
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    const values = this.#held().join('\n')
    const now = Date.now()
    if (this.#states.at(-1)?.values !== values) this.#states.push({ after: this.#lookedAt, since: now, values })
    this.#lookedAt = now
  }
}
