import { type HeldAttempt, paths, type ProblemCode, ProblemDocument } from '@postern/protocol'
import * as z from 'zod/mini'
import { isDiskFull } from '../journal/journal-database.ts'
import type { Journal } from '../journal/journal.ts'
import type { LogSpool } from '../journal/log-spool.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import { backOffMs, pause } from './back-off.ts'
import type { HubHttp, HubRequest, HubResponse } from './hub-http.ts'
import { isRetryable } from './retryable.ts'

const backOff = { firstMs: 500, longestMs: 60_000 }
const resultsAtOnceMax = 50

/** Problems by which the hub itself says that it will never take this: the execution is gone, or another attempt has it. */
const finalCodes: readonly ProblemCode[] = ['not-found', 'conflict']

type Delivered = 'delivered' | 'unwanted' | 'later'

/**
 * A loop that carries things to the hub until there are none, then sleeps until it is woken. On failure it waits longer each
 * time, up to a minute; being woken (something new, or the hub is back) makes it try at once.
 */
export class DeliveryLoop {
  readonly #round: (signal: AbortSignal) => Promise<boolean>
  #woken = new AbortController()
  #inRound = false
  #roundEnded = Promise.withResolvers<void>()

  constructor(round: (signal: AbortSignal) => Promise<boolean>) {
    this.#round = round
  }

  wake(): void {
    this.#woken.abort()
  }

  /** Tries once more with all there is now, and waits for the outcome at most so long. */
  async flush(msMax: number): Promise<void> {
    const tried = this.#inRound
      ? this.#roundEnded.promise.then(() => this.#roundEnded.promise)
      : this.#roundEnded.promise
    this.wake()
    const enough = new AbortController()
    await Promise.race([tried, pause(msMax, enough.signal)])
    enough.abort()
  }

  async run(signal: AbortSignal): Promise<void> {
    let failures = 0
    while (!signal.aborted) {
      this.#woken = new AbortController()
      this.#inRound = true
      const done = await this.#round(signal)
      this.#inRound = false
      this.#roundEnded.resolve()
      this.#roundEnded = Promise.withResolvers<void>()
      failures = done ? 0 : failures + 1
      const wait = done ? backOff.longestMs : backOffMs(failures, backOff)
      await pause(wait, AbortSignal.any([signal, this.#woken.signal]))
    }
  }
}

/** Results, over HTTPS until the hub acknowledges them; then they are forgotten. */
export function resultDelivery(journal: Journal, send: Sender, log: ServerLog): DeliveryLoop {
  return new DeliveryLoop(async (signal) => {
    let all = true
    for (const { executionId, attempt, result } of journal.undelivered(resultsAtOnceMax)) {
      const delivered = await send(
        {
          method: 'PUT',
          path: paths.attemptResult(executionId, attempt),
          contentType: 'application/json',
          body: JSON.stringify(result),
        },
        { executionId, attempt },
        'result',
        signal,
      )
      if (delivered === 'later' || !isDone(() => journal.forget({ executionId, attempt }), log)) all = false
      if (delivered === 'delivered') log('debug', `The hub has the result of execution ${executionId}.`)
    }
    return all && journal.undelivered(1).length === 0
  })
}

/** Log chunks, in order and at least once. */
export function logDelivery(spool: LogSpool, send: Sender, log: ServerLog): DeliveryLoop {
  return new DeliveryLoop(async (signal) => {
    for (let chunk = spool.oldest(); chunk && !signal.aborted; chunk = spool.oldest()) {
      const delivered = await send(
        {
          method: 'POST',
          path: paths.attemptLog(chunk.executionId, chunk.attempt),
          contentType: 'application/x-ndjson',
          contentEncoding: 'gzip',
          body: chunk.body,
        },
        chunk,
        'log',
        signal,
      )
      if (delivered === 'later' || !isDone(() => spool.remove(chunk), log)) return false
    }
    return true
  })
}

/** Forgetting needs room on the disk, too. What stays is sent again, which changes nothing at the hub. */
function isDone(forget: () => void, log: ServerLog): boolean {
  try {
    forget()
    return true
  } catch (error) {
    if (!isDiskFull(error)) throw error
    log(
      'error',
      'The disk of this environment server is full: what the hub has taken cannot be crossed out. Make room.',
    )
    return false
  }
}

export type Sender = (
  request: Omit<HubRequest, 'token' | 'signal'>,
  attempt: HeldAttempt,
  what: 'result' | 'log',
  signal: AbortSignal,
) => Promise<Delivered>

export function senderTo(http: HubHttp, token: () => string, log: ServerLog): Sender {
  return async (request, { executionId, attempt }, what, signal) => {
    let response: HubResponse
    try {
      response = await http.send({ ...request, token: token(), signal })
    } catch (error) {
      log('debug', `The ${what} of execution ${executionId} is not delivered yet: ${errorText(error)}`)
      return 'later'
    }
    if (response.status >= 200 && response.status <= 299) return 'delivered'
    const code = problemCodeOf(response)
    const sentence = `The hub answered ${response.status} (${code ?? 'no reason'}) to the ${what} of execution ${executionId}, attempt ${attempt}.`
    const final =
      what === 'log'
        ? !isRetryable(response.status) && code !== undefined
        : code !== undefined && finalCodes.includes(code)
    log('warn', final ? `${sentence} It is given up.` : sentence)
    return final ? 'unwanted' : 'later'
  }
}

/** Only the hub's own word counts: a proxy's 404 must not lose a result. */
function problemCodeOf(response: HubResponse): ProblemCode | undefined {
  try {
    return z.parse(ProblemDocument, JSON.parse(response.body.toString('utf8'))).code
  } catch {
    return undefined
  }
}
