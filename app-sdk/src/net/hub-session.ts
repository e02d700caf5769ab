import type { OutgoingHttpHeaders } from 'node:http'
import { ProblemDocument, tcexPaths } from '@postern/protocol'
import * as z from 'zod/mini'
import { createAgents } from './agents.ts'
import type { Agents } from './agents.ts'
import { answerBounds, exchange, label, openExchange } from './exchange.ts'
import type { Answer, OpenAnswer, Request, RequestBody } from './exchange.ts'
import type { SessionGround } from './external-session.ts'
import { HubToken } from './hub-token.ts'
import { parseJson } from './parse-json.ts'
import { hubRetryBounds, withRetries } from './retry.ts'

/** The hub said no. `status` and `code` are its own; the message carries its words. */
export class HubProblem extends Error {
  readonly status: number
  readonly code: string | undefined

  constructor(status: number, code: string | undefined, message: string) {
    super(message)
    this.name = 'HubProblem'
    this.status = status
    this.code = code
  }
}

export interface HubCall {
  readonly query?: Readonly<Record<string, string | number | undefined>>
  /** Sent as JSON. */
  readonly json?: unknown
  /** Sent as it is, with `headers` that say what it is. */
  readonly body?: RequestBody
  readonly headers?: OutgoingHttpHeaders
  /** Whether sending it twice does no harm. Default: yes for GET, PUT and DELETE. */
  readonly repeatable?: boolean
}

const streamBounds = { timeMs: 30 * 60_000, bytes: 4 * 1024 * 1024 * 1024 }

/** Calls to the hub with the execution's token, bounded and retried. Paths are those of `paths` and `tcexPaths`. */
export class HubSession {
  readonly #ground: SessionGround
  readonly #root: string
  readonly #token: HubToken
  readonly #keptAlive: Agents
  /** For what must not happen twice: a kept connection can die unseen, and then nobody knows whether the request arrived. */
  readonly #fresh: Agents

  /** @param apiPath the platform's `tc_api_path`, which ends in `/api`. */
  constructor(ground: SessionGround, apiPath: string, token: string, tokenExpiresSeconds: number | undefined) {
    this.#ground = ground
    this.#root = rootOf(apiPath)
    this.#token = new HubToken(token, tokenExpiresSeconds, ground.log)
    this.#keptAlive = createAgents(ground.route, { by: 'authorities' }, true)
    this.#fresh = createAgents(ground.route, { by: 'authorities' }, false)
  }

  /** A call of `/v1`, its answer checked by `schema`. @throws HubProblem, SourceUnavailable, SourceUnreadable */
  async call<Schema extends z.ZodMiniType>(
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    schema: Schema,
    options: HubCall = {},
  ): Promise<z.infer<Schema>> {
    const answer = await this.#send(method, path, options)
    return readAs(schema, answer, `the answer of ${method} ${path}`)
  }

  /** A call of `/v1` whose answer's body does not matter. */
  async send(method: 'POST' | 'PUT', path: string, options: HubCall = {}): Promise<void> {
    await this.#send(method, path, options)
  }

  /** A call of ThreatConnect's API; `path` is below `tc_api_path`. */
  async callTcex<Schema extends z.ZodMiniType>(
    method: 'GET' | 'POST',
    path: string,
    schema: Schema,
    options: HubCall = {},
  ): Promise<z.infer<Schema>> {
    return await this.call(method === 'GET' ? 'GET' : 'POST', `${tcexPaths.base}${path}`, schema, options)
  }

  /** GET whose answer is read as it comes. The caller must read it to its end or break out of it. */
  async open(path: string, query: HubCall['query'] = {}): Promise<OpenAnswer> {
    const request = await this.#request('GET', path, { query, headers: { accept: 'application/x-ndjson' } })
    const answer = await this.#retrying('GET', request.url, true, () =>
      openExchange(this.#keptAlive, { ...request, bounds: streamBounds }),
    )
    if (answer.status === 200) return answer
    const chunks: Buffer[] = []
    for await (const chunk of answer.body) chunks.push(chunk)
    throw problemOf({ ...answer, body: Buffer.concat(chunks) }, request)
  }

  close(): void {
    this.#keptAlive.close()
    this.#fresh.close()
  }

  async #send(method: 'GET' | 'POST' | 'PUT', path: string, options: HubCall): Promise<Answer> {
    const repeatable = options.repeatable ?? method !== 'POST'
    const request = await this.#request(method, path, options)
    const answer = await this.#retrying(method, request.url, repeatable, () =>
      exchange(repeatable ? this.#keptAlive : this.#fresh, request),
    )
    if (answer.status < 200 || answer.status >= 300) throw problemOf(answer, request)
    return answer
  }

  async #request(method: Request['method'], path: string, options: HubCall): Promise<Request> {
    const url = new URL(`${this.#root}${path}`)
    for (const [name, value] of Object.entries(options.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value))
    const json = options.json === undefined ? undefined : Buffer.from(JSON.stringify(options.json))
    const body = options.body ?? json
    const token = await this.#token.current((renewal) => this.#askBare(renewal))
    return {
      method,
      url,
      headers: {
        accept: 'application/json',
        'user-agent': this.#ground.userAgent,
        authorization: `TC-Token ${token}`,
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body }),
      bounds: answerBounds,
      signal: this.#ground.signal,
    }
  }

  #askBare(path: string): Promise<Answer> {
    const url = new URL(`${this.#root}${tcexPaths.base}${path}`)
    const headers = { 'user-agent': this.#ground.userAgent }
    return exchange(this.#fresh, { method: 'GET', url, headers, bounds: answerBounds, signal: this.#ground.signal })
  }

  #retrying<A extends Pick<Answer, 'status' | 'headers'>>(
    method: Request['method'],
    url: URL,
    repeatable: boolean,
    send: () => Promise<A>,
  ): Promise<A> {
    return withRetries(send, {
      bounds: hubRetryBounds,
      repeatable,
      signal: this.#ground.signal,
      tell: (why, waitMs) => this.#ground.log.warn(`${label({ method, url })} is tried again in ${waitMs} ms: ${why}`),
    })
  }
}

/** @throws Error for plain http to anything but this machine: the token would travel in the clear. */
function rootOf(apiPath: string): string {
  const url = new URL(apiPath)
  const isLocal = url.hostname === '127.0.0.1' || url.hostname === '[::1]' || url.hostname === 'localhost'
  if (url.protocol !== 'https:' && !isLocal)
    throw new Error(`${url.origin} is not https; the token of a run is not sent in the clear`)
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/api$/, '')}`
}

function readAs<Schema extends z.ZodMiniType>(schema: Schema, answer: Answer, what: string): z.infer<Schema> {
  const parsed = schema.safeParse(parseJson(answer.body, what))
  if (parsed.success) return parsed.data
  throw new Error(`${what} is not what this app understands: ${z.prettifyError(parsed.error)}`)
}

function problemOf(answer: Answer, request: Request): HubProblem {
  const document = ProblemDocument.safeParse(tryJson(answer.body))
  if (!document.success)
    return new HubProblem(answer.status, undefined, `the hub answers ${answer.status} to ${label(request)}`)
  return new HubProblem(
    answer.status,
    document.data.code,
    `the hub says: ${document.data.detail} (${document.data.code}, request ${document.data.requestId})`,
  )
}

function tryJson(body: Buffer): unknown {
  try {
    return parseJson(body, 'the problem')
  } catch {
    // A problem that is no JSON is told by its status alone.
    return undefined
  }
}
