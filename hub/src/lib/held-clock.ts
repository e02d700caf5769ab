import type { Clock } from './clock.ts'

/** Time that a test moves by hand. */
export class HeldClock implements Clock {
  #now: number

  constructor(start: string) {
    this.#now = Date.parse(start)
  }

  now(): Date {
    return new Date(this.#now)
  }

  pass(seconds: number): void {
    this.#now += seconds * 1000
  }
}
