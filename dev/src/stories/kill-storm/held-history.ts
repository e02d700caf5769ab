/** What the appliance held over time, by its own word: each state with when it began. */
export class HeldHistory implements Disposable {
  readonly #held: () => string[]
  readonly #states: { since: number; values: string }[] = []
  readonly #timer: NodeJS.Timeout

  constructor(held: () => string[], everyMs = 10) {
    this.#held = held
    this.#look()
    this.#timer = setInterval(() => this.#look(), everyMs)
  }

  /** Every state that was in force between two instants, ends included. */
  between(from: number, until: number): string[][] {
    return this.#states
      .filter(({ since }, index) => since <= until && (this.#states[index + 1]?.since ?? Infinity) >= from)
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
    if (this.#states.at(-1)?.values !== values) this.#states.push({ since: Date.now(), values })
  }
}
