import { limits } from '@postern/protocol'
import { bootMs } from './boot-clock.ts'

/**
 * The hub's time as this server knows it (D8): what heartbeat answers say, carried on by a clock that nobody sets. So a wall clock
 * that is set between two answers changes nothing about it, and is seen to be off at once.
 */
export class HubClock {
  readonly #wallMs: () => number
  readonly #steadyMs: () => number
  /** The hub's time less the steady clock's; unknown before the first answer. */
  #ahead: number | undefined

  constructor(wallMs: () => number = Date.now, steadyMs: () => number = bootMs) {
    this.#wallMs = wallMs
    this.#steadyMs = steadyMs
  }

  /** To be given to `learn` when the answer comes. */
  sentMs(): number {
    return this.#steadyMs()
  }

  /** The middle of the round trip is when the hub answered with its time. */
  learn(sentMs: number, hubTime: number): void {
    this.#ahead = Math.round(hubTime - (sentMs + this.#steadyMs()) / 2)
  }

  now(): number {
    return this.#ahead === undefined ? this.#wallMs() : this.#steadyMs() + this.#ahead
  }

  /** What this machine's own clock lacks. */
  get offsetMs(): number {
    return this.#ahead === undefined ? 0 : this.now() - this.#wallMs()
  }

  /** Beyond this nothing is believed: whoever can shift our idea of the time could make old commands valid again. */
  get isBelievable(): boolean {
    return Math.abs(this.offsetMs) <= limits.clockToleranceSeconds * 1000
  }
}
