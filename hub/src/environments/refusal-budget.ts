const windowMs = 3_600_000
const perSubjectMax = 10
const inAllMax = 1000

/**
 * How many refusals are written into the audit. A stranger who is refused in a loop must not fill the database: in an hour the
 * first few of each subject are recorded and so many in all. The rest stands in the log.
 */
export class RefusalBudget {
  readonly #now: () => number
  #windowStart: number
  #total = 0
  readonly #spent = new Map<string, number>()

  constructor(now: () => number = Date.now) {
    this.#now = now
    this.#windowStart = now()
  }

  /** Whether one more may be recorded; if so it is spent. */
  take(subject: string): boolean {
    if (this.#now() - this.#windowStart >= windowMs) {
      this.#windowStart = this.#now()
      this.#total = 0
      this.#spent.clear()
    }
    const spent = this.#spent.get(subject) ?? 0
    if (spent >= perSubjectMax || this.#total >= inAllMax) return false
    this.#spent.set(subject, spent + 1)
    this.#total += 1
    return true
  }
}
