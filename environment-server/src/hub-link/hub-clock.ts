import { limits } from '@postern/protocol'

/** The hub's time as this server knows it: its own clock, corrected by the offset that heartbeat answers show (D8). */
export class HubClock {
  readonly #now: () => number
  #offsetMs = 0

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** `sentAt` by this server's clock, `hubTime` by the hub's: the middle of the round trip is when the hub answered. */
  learn(sentAt: number, hubTime: number): void {
    this.#offsetMs = Math.round(hubTime - (sentAt + this.#now()) / 2)
  }

  now(): number {
    return this.#now() + this.#offsetMs
  }

  get offsetMs(): number {
    return this.#offsetMs
  }

  /** Beyond this nothing is believed: whoever can shift our idea of the time could make old commands valid again. */
  get isBelievable(): boolean {
    return Math.abs(this.#offsetMs) <= limits.clockToleranceSeconds * 1000
  }
}
