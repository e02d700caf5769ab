import type { Clock } from './clock.ts'

/** Time that a test moves by hand: it passes, or the clock is set. */
export class HeldClock implements Clock {
  #now: number
  #passedMs = 0

  constructor(start: string) {
    this.#now = Date.parse(start)
  }

  now(): Date {
    return new Date(this.#now)
  }

  /** A clock beside it that nobody sets. */
  steadyMs(): number {
    return this.#passedMs
  }

  pass(seconds: number): void {
    this.#now += seconds * 1000
    this.#passedMs += seconds * 1000
  }

  /** Somebody sets the clock: no time passes. */
  setBy(seconds: number): void {
    this.#now += seconds * 1000
  }
}
