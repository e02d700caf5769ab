import { telemetryLimits } from './telemetry-limits.ts'

const { messagesPerSecondMax, messagesAtOnceMax } = telemetryLimits

type Purse = { left: number; atMs: number }

/** Counts the messages of each server; what is beyond the quota is dropped. */
export class MessageQuota {
  readonly #steadyMs: () => number
  readonly #purses = new Map<string, Purse>()

  constructor(steadyMs: () => number) {
    this.#steadyMs = steadyMs
  }

  /** @returns whether this message may come in */
  take(serverXid: string): boolean {
    const now = this.#steadyMs()
    const purse = this.#purses.get(serverXid) ?? { left: messagesAtOnceMax, atMs: now }
    const earned = ((now - purse.atMs) / 1000) * messagesPerSecondMax
    purse.left = Math.min(messagesAtOnceMax, purse.left + earned)
    purse.atMs = now
    this.#purses.set(serverXid, purse)
    if (purse.left < 1) return false
    purse.left -= 1
    return true
  }

  /** Forgets servers that have been silent long enough to have their whole quota again. */
  tidy(): void {
    const fullBefore = this.#steadyMs() - (messagesAtOnceMax / messagesPerSecondMax) * 1000
    for (const [serverXid, { atMs }] of this.#purses) if (atMs < fullBefore) this.#purses.delete(serverXid)
  }

  get size(): number {
    return this.#purses.size
  }
}
