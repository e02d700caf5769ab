import type { Clock } from './clock.ts'

/** Milliseconds of a clock that nobody sets; its zero means nothing. */
export type SteadyMs = () => number

/** What is less between two looks is a clock being slewed, not set. */
const setByMsMin = 2_000

/** Notices when the wall clock was set: it and a steady clock then no longer move together. A machine that slept looks the same. */
export class ClockWatch {
  readonly #clock: Clock
  readonly #steadyMs: SteadyMs
  #offsetMs: number

  constructor(clock: Clock, steadyMs: SteadyMs) {
    this.#clock = clock
    this.#steadyMs = steadyMs
    this.#offsetMs = this.#offset()
  }

  /** @returns by how many milliseconds the clock was set since the last look, less than 0 for back; 0 if it was not */
  look(): number {
    const offsetMs = this.#offset()
    const setByMs = offsetMs - this.#offsetMs
    this.#offsetMs = offsetMs
    return Math.abs(setByMs) < setByMsMin ? 0 : setByMs
  }

  #offset(): number {
    return this.#clock.now().getTime() - this.#steadyMs()
  }
}
