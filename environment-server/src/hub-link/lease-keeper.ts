import { type HeartbeatAnswer, type HeldAttempt, limits } from '@postern/protocol'

type SentHeartbeat = { id: string; sentMs: number; held: readonly HeldAttempt[] }

/** Heartbeats whose answer may still come; older ones grant nothing. */
const heartbeatsAwaitedMax = 8

/**
 * The leases of pooled attempts (D10): each runs from when the heartbeat that renewed it was *sent*, so that this server
 * always thinks it shorter than the hub does. Times are milliseconds of the boot clock, which also counts a suspended machine.
 */
export class LeaseKeeper {
  readonly #bootMs: () => number
  readonly #leaseUntil = new Map<string, number>()
  #sent: SentHeartbeat[] = []

  constructor(bootMs: () => number) {
    this.#bootMs = bootMs
  }

  heartbeatSent(id: string, held: readonly HeldAttempt[]): void {
    // Attempts that are gone need no lease any more.
    const keys = new Set(held.map(attemptKey))
    for (const key of this.#leaseUntil.keys()) if (!keys.has(key)) this.#leaseUntil.delete(key)
    this.#sent = [...this.#sent, { id, sentMs: this.#bootMs(), held }].slice(-heartbeatsAwaitedMax)
  }

  /** Takes an answer; returns the attempts that its heartbeat named and the hub does not grant any more. */
  answered({ replyTo, granted }: Pick<HeartbeatAnswer, 'replyTo' | 'granted'>): HeldAttempt[] {
    const heartbeat = this.#sent.find((sent) => sent.id === replyTo)
    if (!heartbeat) return []
    const grantedKeys = new Set(granted.map(attemptKey))
    for (const held of heartbeat.held) {
      const key = attemptKey(held)
      // Answers may come out of order: a lease never gets shorter.
      if (grantedKeys.has(key)) {
        this.#leaseUntil.set(
          key,
          Math.max(this.#leaseUntil.get(key) ?? 0, heartbeat.sentMs + limits.leaseSeconds * 1000),
        )
      }
    }
    return heartbeat.held.filter((held) => !grantedKeys.has(attemptKey(held)))
  }

  isHeld(attempt: HeldAttempt): boolean {
    return (this.#leaseUntil.get(attemptKey(attempt)) ?? 0) > this.#bootMs()
  }

  /** Whether a lease was ever granted: a new attempt waits for its first, an old one that has none any more has lost it. */
  wasGranted(attempt: HeldAttempt): boolean {
    return this.#leaseUntil.has(attemptKey(attempt))
  }

  forget(attempt: HeldAttempt): void {
    this.#leaseUntil.delete(attemptKey(attempt))
  }
}

export function attemptKey({ executionId, attempt }: HeldAttempt): string {
  return `${executionId} ${attempt}`
}
