import { setTimeout as wait } from 'node:timers/promises'
import type { Answer } from './exchange.ts'
import { NotConnected, SourceUnavailable } from './source-errors.ts'

/** How often and how patiently a request is tried. */
export interface RetryBounds {
  readonly attemptsMax: number
  /** The first wait; each next one doubles, with a random part so that many apps do not come back at once. */
  readonly firstWaitMs: number
  readonly waitMsMax: number
}

export const retryBounds: RetryBounds = { attemptsMax: 5, firstWaitMs: 250, waitMsMax: 30_000 }

/** The hub is waited for longer, about two minutes: while it is upgraded or started again, runs must not fail by it. */
export const hubRetryBounds: RetryBounds = { attemptsMax: 28, firstWaitMs: 250, waitMsMax: 5_000 }

/** Statuses that say "not now". */
const laterStatuses = new Set([429, 502, 503, 504])

/** Statuses by which a server says that it did nothing, so that even an unrepeatable request may be sent again. */
const undoneStatuses = new Set([429, 503])

/**
 * Tries until an answer is worth having. A request that must not happen twice is repeated only when it certainly did not happen.
 * @param tell hears of each wait.
 */
export async function withRetries<A extends Pick<Answer, 'status' | 'headers'>>(
  send: () => Promise<A>,
  options: {
    bounds: RetryBounds
    repeatable: boolean
    signal: AbortSignal
    tell: (why: string, waitMs: number) => void
  },
): Promise<A> {
  for (let attempt = 1; ; attempt += 1) {
    const last = attempt >= options.bounds.attemptsMax
    try {
      const answer = await send()
      const worthIt = (options.repeatable ? laterStatuses : undoneStatuses).has(answer.status)
      if (last || !worthIt) return answer
      await pause(`status ${answer.status}`, attempt, retryAfterMs(answer.headers['retry-after']), options)
    } catch (error) {
      if (last || !(error instanceof SourceUnavailable) || !(options.repeatable || wasNeverSent(error))) throw error
      await pause(error.message, attempt, 0, options)
    }
  }
}

async function pause(
  why: string,
  attempt: number,
  askedMs: number,
  options: { bounds: RetryBounds; signal: AbortSignal; tell: (why: string, waitMs: number) => void },
): Promise<void> {
  const backOffMs = options.bounds.firstWaitMs * 2 ** (attempt - 1) * (0.75 + Math.random() / 2)
  const waitMs = Math.round(Math.min(options.bounds.waitMsMax, Math.max(askedMs, backOffMs)))
  options.tell(why, waitMs)
  await wait(waitMs, undefined, { signal: options.signal })
}

/** Retry-After by RFC 9110 section 10.2.3: seconds, or a date. */
function retryAfterMs(header: string | undefined): number {
  if (header === undefined) return 0
  const seconds = Number(header)
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : 0
}

function wasNeverSent(error: SourceUnavailable): boolean {
  if (error instanceof NotConnected) return true
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code
  return code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EHOSTUNREACH'
}
