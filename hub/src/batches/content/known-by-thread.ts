/** What another thread is told of an organization's rules for its next work; `rules` only if it does not have them yet. */
export type ToldThread<Rules> = {
  organizationId: string
  rules: Rules | undefined
  /** Organizations whose rules are needed no longer. */
  forget: readonly string[]
}

/** What a thread has, as whoever sends work to it knows: each revision goes over once. */
export class KnownByThread<Rules> {
  readonly #organizationsMax: number
  /** Revisions, the least recently used organization first. */
  readonly #told = new Map<string, string>()

  constructor(organizationsMax: number) {
    this.#organizationsMax = organizationsMax
  }

  toSend(organizationId: string, revision: string, rules: Rules): ToldThread<Rules> {
    const isKnown = this.#told.get(organizationId) === revision
    this.#told.delete(organizationId)
    this.#told.set(organizationId, revision)
    const forget = [...this.#told.keys()].slice(0, Math.max(0, this.#told.size - this.#organizationsMax))
    for (const forgotten of forget) this.#told.delete(forgotten)
    return { organizationId, rules: isKnown ? undefined : rules, forget }
  }
}

/** The thread's own side: rules made ready once. */
export class KeptInThread<Rules, Ready> {
  readonly #makeReady: (rules: Rules) => Ready
  readonly #kept = new Map<string, Ready>()

  constructor(makeReady: (rules: Rules) => Ready) {
    this.#makeReady = makeReady
  }

  take({ organizationId, rules, forget }: ToldThread<Rules>): Ready | undefined {
    for (const forgotten of forget) this.#kept.delete(forgotten)
    if (rules !== undefined) this.#kept.set(organizationId, this.#makeReady(rules))
    return this.#kept.get(organizationId)
  }
}
