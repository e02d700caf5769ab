/** One finished request as the status page shows it; never a header, a body or a query, which may hold secrets. */
export interface LoggedRequest {
  readonly at: Date
  readonly method: string
  readonly path: string
  readonly kind: string
  /** 0 when the connection was dropped without an answer. */
  readonly status: number
  readonly durationMs: number
}

const shownMax = 50
const pathLengthMax = 200

/** The last requests and how many there were of each kind and status, since this process began. */
export class RequestLog {
  #last: LoggedRequest[] = []
  #counts = new Map<string, Map<number, number>>()

  add(request: LoggedRequest): void {
    this.#last.push({ ...request, path: request.path.slice(0, pathLengthMax) })
    if (this.#last.length > shownMax) this.#last.shift()
    const byStatus = this.#counts.get(request.kind) ?? new Map<number, number>()
    byStatus.set(request.status, (byStatus.get(request.status) ?? 0) + 1)
    this.#counts.set(request.kind, byStatus)
  }

  /** Newest first. */
  last(): LoggedRequest[] {
    return this.#last.toReversed()
  }

  /** Kind → status → number. */
  counts(): Record<string, Record<string, number>> {
    return Object.fromEntries([...this.#counts].map(([kind, byStatus]) => [kind, Object.fromEntries(byStatus)]))
  }
}
