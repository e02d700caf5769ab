import type { OutgoingHttpHeaders } from 'node:http'
import type { Logger } from '../launch/logger.ts'
import type { Secret } from '../launch/secret.ts'
import { createAgents } from './agents.ts'
import type { Agents } from './agents.ts'
import { answerBounds, exchange, label } from './exchange.ts'
import type { Answer, AnswerBounds, RequestBody } from './exchange.ts'
import { parseJson } from './parse-json.ts'
import { retryBounds, withRetries } from './retry.ts'
import type { RetryBounds } from './retry.ts'
import type { Route } from './route.ts'
import { SourceRefused, SourceUnavailable, SourceUnreadable } from './source-errors.ts'
import type { TlsTrust } from './tls-trust.ts'
import { unverifiedWarning } from './unverified-tls.ts'

/** How to reach one system outside. */
export interface ExternalSessionOptions {
  /** SHA-256 of its certificate: trust in exactly that one (S19). */
  readonly fingerprint?: string | undefined
  /** Check no certificate at all: loud, and the receipt says so (S19). A fingerprint wins over it. */
  readonly unverified?: boolean
  /** Sent with every request; they never follow a redirect to another host, since no redirect to another host is followed. */
  readonly headers?: Readonly<Record<string, string | Secret>>
  readonly basic?: { readonly username: string; readonly password: Secret }
  readonly bounds?: Partial<AnswerBounds>
  readonly retries?: Partial<RetryBounds>
}

/** What a session needs from its launch. */
export interface SessionGround {
  readonly route: Route
  readonly userAgent: string
  readonly log: Logger
  readonly signal: AbortSignal
}

export interface CallOptions {
  readonly headers?: OutgoingHttpHeaders
  readonly body?: RequestBody
  /** Whether sending it twice does no harm. Default: yes for GET, PUT and DELETE. */
  readonly repeatable?: boolean
  readonly bounds?: Partial<AnswerBounds>
  /** Statuses that the caller handles itself; others than 2xx become an error. */
  readonly handles?: readonly number[]
}

const redirectsMax = 5

/** HTTP to a system outside: bounded, retried, through the platform's route, under the app's own name (FD-4, S10). */
export class ExternalSession {
  readonly #agents: Agents
  readonly #ground: SessionGround
  readonly #options: ExternalSessionOptions
  #warned = false
  readonly isUnverified: boolean

  constructor(ground: SessionGround, options: ExternalSessionOptions = {}) {
    this.#ground = ground
    this.#options = options
    const trust = trustOf(options)
    this.isUnverified = trust.by === 'nobody'
    this.#agents = createAgents(ground.route, trust, true)
  }

  /**
   * Sends a request.
   * @throws SourceUnavailable (try later), SourceRefused (401, 403, certificate), SourceUnreadable (bounds, other statuses)
   */
  async call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: URL, options: CallOptions = {}): Promise<Answer> {
    if (this.isUnverified && !this.#warned) this.#ground.log.warn(unverifiedWarning(url.host))
    this.#warned = true
    const answer = await this.#follow(method, url, options)
    if ((answer.status >= 200 && answer.status < 300) || options.handles?.includes(answer.status)) return answer
    throw statusProblem(answer.status, label({ method, url }))
  }

  /** GET that expects JSON. */
  async getJson(url: URL, options: CallOptions = {}): Promise<unknown> {
    const answer = await this.call('GET', url, {
      ...options,
      headers: { accept: 'application/json', ...options.headers },
    })
    return parseJson(answer.body, `the answer of ${label({ method: 'GET', url })}`)
  }

  close(): void {
    this.#agents.close()
  }

  async #follow(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: URL, options: CallOptions): Promise<Answer> {
    let target = url
    for (let redirects = 0; ; redirects += 1) {
      const answer = await this.#send(method, target, options)
      const location = answer.headers.location
      if (
        answer.status < 300 ||
        answer.status >= 400 ||
        location === undefined ||
        options.handles?.includes(answer.status)
      )
        return answer
      const next = URL.parse(location, target.href)
      if (next?.origin !== target.origin) {
        throw new SourceRefused(
          `${label({ method, url: target })} redirects to another host, ${next?.host ?? 'which cannot be read'}; that is not followed`,
        )
      }
      if (redirects >= redirectsMax)
        throw new SourceUnreadable(`${label({ method, url })} redirects more than ${redirectsMax} times`)
      target = next
    }
  }

  #send(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: URL, options: CallOptions): Promise<Answer> {
    const request = {
      method,
      url,
      headers: { 'user-agent': this.#ground.userAgent, ...this.#credentials(), ...options.headers },
      ...(options.body === undefined ? {} : { body: options.body }),
      bounds: { ...answerBounds, ...this.#options.bounds, ...options.bounds },
      signal: this.#ground.signal,
    }
    return withRetries(() => exchange(this.#agents, request), {
      bounds: { ...retryBounds, ...this.#options.retries },
      repeatable: options.repeatable ?? method !== 'POST',
      signal: this.#ground.signal,
      tell: (why, waitMs) => this.#ground.log.warn(`${label({ method, url })} is tried again in ${waitMs} ms: ${why}`),
    })
  }

  #credentials(): OutgoingHttpHeaders {
    const headers: OutgoingHttpHeaders = {}
    for (const [name, value] of Object.entries(this.#options.headers ?? {}))
      headers[name] = typeof value === 'string' ? value : value.reveal()
    const { basic } = this.#options
    if (basic !== undefined)
      headers['authorization'] =
        `Basic ${Buffer.from(`${basic.username}:${basic.password.reveal()}`).toString('base64')}`
    return headers
  }
}

function trustOf(options: ExternalSessionOptions): TlsTrust {
  if (options.fingerprint !== undefined) return { by: 'pin', sha256: options.fingerprint }
  return options.unverified === true ? { by: 'nobody' } : { by: 'authorities' }
}

/** What a status other than 2xx means for the caller. */
export function statusProblem(status: number, what: string): Error {
  if (status === 401 || status === 403)
    return new SourceRefused(`${what} answers ${status}: the credentials are wrong or lack the right`)
  if (status === 429 || status >= 500) return new SourceUnavailable(`${what} answers ${status}`)
  return new SourceUnreadable(`${what} answers ${status}`)
}
