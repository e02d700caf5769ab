import { hostNames } from '../story.ts'
import type { SeededDraw } from './seeded-draw.ts'

const lastingCount = 900
/** A third of those that last: however many changes meet one export, its guard on the share that changes (half) is not tripped. */
const passingCount = 300
const togglesMax = 12

/** The hosts of a source that changes: most of them last, some come and go. */
export class ChangingHosts {
  readonly #draw: SeededDraw
  readonly #lasting = hostNames(lastingCount, 'lasting')
  readonly #passing = hostNames(passingCount, 'passing')
  readonly #there: Set<string>

  constructor(draw: SeededDraw) {
    this.#draw = draw
    this.#there = new Set(this.#passing.filter(() => draw.integer(2) === 0))
  }

  change(): void {
    for (let count = this.#draw.integer(togglesMax); count > 0; count -= 1) {
      // The index is below the length.
      const host = this.#passing[this.#draw.integer(passingCount)] as string
      if (!this.#there.delete(host)) this.#there.add(host)
    }
  }

  /** All that the source holds now, in order. */
  get now(): string[] {
    return [...this.#lasting, ...this.#there].toSorted()
  }
}
