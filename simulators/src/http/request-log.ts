import type { FaultName } from '../faults/fault-rule.ts'

/** One finished request as the status page shows it; never a header, a body or a query, which may hold secrets. */
export interface LoggedRequest {
  readonly at: Date
  readonly method: string
  readonly path: string
  readonly kind: string
  /** 0 when the connection was dropped without an answer. */
  readonly status: number
  readonly durationMs: number
  /** The fault that it met. */
  readonly fault: FaultName | undefined
}

/** A request and its place among all since this process began, from 1. */
export type NumberedRequest = LoggedRequest & { readonly number: number }

const shownMax = 50
const keptMax = 10_000
const pathLengthMax = 200

/** The last requests and how many there were of each kind and status, since this process began. */
export class RequestLog {
  #last: NumberedRequest[] = []
  #counts = new Map<string, Map<number, number>>()
  #number = 0
  #inFlight = 0

  /** Requests that were begun and have no end yet. */
  get inFlight(): number {
    return this.#inFlight
  }

  begin(): void {
    this.#inFlight += 1
  }

  end(): void {
    this.#inFlight -= 1
  }

  add(request: LoggedRequest): void {
    this.#number += 1
    this.#last.push({ ...request, number: this.#number, path: request.path.slice(0, pathLengthMax) })
    // Cut in large steps, so that a request costs no copy of all.
    if (this.#last.length > keptMax * 2) this.#last = this.#last.slice(-keptMax)
    const byStatus = this.#counts.get(request.kind) ?? new Map<number, number>()
    byStatus.set(request.status, (byStatus.get(request.status) ?? 0) + 1)
    this.#counts.set(request.kind, byStatus)
  }

  /** Newest first. */
  last(): LoggedRequest[] {
    return this.#last.slice(-shownMax).toReversed()
  }

  /** The last 10,000 behind a number, oldest first. */
  after(number: number): NumberedRequest[] {
    return this.#last.slice(-keptMax).filter((request) => request.number > number)
  }

  /** Kind → status → number. */
  counts(): Record<string, Record<string, number>> {
    return Object.fromEntries([...this.#counts].map(([kind, byStatus]) => [kind, Object.fromEntries(byStatus)]))
  }
}
