import { type ProblemCode, ProblemDocument, tcexPaths } from '@postern/protocol'
import * as z from 'zod/mini'

/** Silence of the hub after which a request is given up, in milliseconds. */
const answerWaitMsMax = 30_000

/** Time that a file may take from the request to its last byte: a bundle over a slow line, in milliseconds. */
const fileWaitMsMax = 15 * 60_000

/** Goes with every write. A page of another origin cannot send it without asking first, and the hub checks Origin exactly (D18). */
const writeHeaders = { 'postern-csrf': '1' }

/** Any way in which a request failed, in words for the person before the screen. */
export class ApiProblem extends Error {
  readonly code: ProblemCode | 'unreachable' | 'unreadable'
  readonly title: string
  readonly detail: string
  /** Of a mistake in a text that was sent: its offset there, in UTF-16 units. */
  readonly position: number | undefined
  /** Finds the request in the hub's log; absent when the hub did not answer, or not in its own words. */
  readonly requestId: string | undefined

  constructor(problem: {
    code: ApiProblem['code']
    title: string
    detail: string
    position?: number | undefined
    requestId?: string
    cause?: unknown
  }) {
    super(`${problem.title}: ${problem.detail}`, { cause: problem.cause })
    this.name = 'ApiProblem'
    this.code = problem.code
    this.title = problem.title
    this.detail = problem.detail
    this.position = problem.position
    this.requestId = problem.requestId
  }
}

export type Query = Readonly<Record<string, string | number | undefined>>

interface Call<Schema extends z.ZodMiniType> {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  query?: Query
  body?: unknown
  /** In place of `body`: a form, or a file, which goes byte for byte under its own media type. It may take as long as a file. */
  upload?: FormData | Blob
  /** The reply is parsed by it; without it the reply's body is not read. */
  reply?: Schema
  /** Tag of what is replaced, as it was read; the hub refuses as `outdated` what others changed since. */
  ifMatch?: string | undefined
  signal?: AbortSignal
}

/** What was read, and the tag that tells it apart from what stands there later. */
export interface Tagged<Content> {
  content: Content
  tag: string | undefined
}

/**
 * The console's only way to the hub: same origin, session cookie, JSON or an upload.
 * @throws {ApiProblem} for every refusal, for no answer, and for an answer that the schema does not fit.
 */
export async function api<Schema extends z.ZodMiniType = z.ZodMiniUndefined>(
  path: string,
  call: Call<Schema> = {},
): Promise<z.output<Schema>> {
  return (await apiTagged(path, call)).content
}

/** The same with the tag of the answer. @throws {ApiProblem} as `api` does */
export async function apiTagged<Schema extends z.ZodMiniType = z.ZodMiniUndefined>(
  path: string,
  call: Call<Schema> = {},
): Promise<Tagged<z.output<Schema>>> {
  const method = call.method ?? 'GET'
  const response = await send(path, method, call, call.upload ? fileWaitMsMax : answerWaitMsMax)
  if (!response.ok) throw await problemOf(response)
  const tag = response.headers.get('etag') ?? undefined
  // Without a schema Schema is ZodMiniUndefined, whose output is undefined.
  if (!call.reply) return { content: undefined as z.output<Schema>, tag }
  return { content: parseReply(call.reply, await readJson(response), `${method} ${path}`), tag }
}

/** A file, as a POST answers with it, and the headers that came along. */
export interface FileReply {
  name: string
  content: Blob
  headers: Headers
}

/** Asks for a file that is made for this one request. @throws {ApiProblem} as `api` does */
export async function apiFile(path: string, body: unknown): Promise<FileReply> {
  const response = await send(path, 'POST', { body }, fileWaitMsMax)
  if (!response.ok) throw await problemOf(response)
  const [, name] = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '') ?? []
  try {
    return { name: name ?? 'download', content: await response.blob(), headers: response.headers }
  } catch (error) {
    throw unreachable(false, error)
  }
}

async function send(
  path: string,
  method: string,
  call: Call<z.ZodMiniType>,
  waitMsMax = answerWaitMsMax,
): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (method !== 'GET') Object.assign(headers, writeHeaders)
  if (call.body !== undefined) headers['content-type'] = 'application/json'
  if (call.ifMatch !== undefined) headers['if-match'] = call.ifMatch
  const timeout = AbortSignal.timeout(waitMsMax)
  try {
    return await fetch(withQuery(path, call.query), {
      method,
      headers,
      credentials: 'same-origin',
      redirect: 'error',
      signal: call.signal ? AbortSignal.any([call.signal, timeout]) : timeout,
      ...(call.upload && { body: call.upload }),
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    })
  } catch (error) {
    // An abort by the caller is no problem of the hub: whoever aborted knows.
    if (call.signal?.aborted) throw error
    throw unreachable(timeout.aborted, error)
  }
}

/** The path with those parameters that have a value. */
export function withQuery(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value))
  return parameters.size === 0 ? path : `${path}?${parameters}`
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch (error) {
    throw unreadable('The hub’s answer broke off or is not JSON.', error)
  }
}

export function parseReply<Schema extends z.ZodMiniType>(
  schema: Schema,
  reply: unknown,
  what: string,
): z.output<Schema> {
  const result = z.safeParse(schema, reply)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw unreadable(`${what} answered something else than agreed, at “${issue?.path.join('.') ?? ''}”.`, result.error)
}

/** What a refusal says: the problem document, or the bare status where something between us and the hub answered. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const text = await response.text().catch(() => '')
  const body = jsonOrNothing(text)
  const document = z.safeParse(ProblemDocument, body)
  if (document.success) return new ApiProblem(document.data)
  const tcex = z.safeParse(TcexRefusal, body)
  if (tcex.success)
    return new ApiProblem({ code: 'invalid', title: 'The hub refused it', detail: tcex.data.description })
  if (response.status === 401 && text !== '' && new URL(response.url).pathname.startsWith(`${tcexPaths.base}/`))
    return new ApiProblem({ code: 'forbidden', title: 'No right to do that', detail: text })
  return new ApiProblem({
    code: response.status === 401 ? 'unauthenticated' : 'unreadable',
    title: `Answer ${response.status}`,
    detail: 'The answer did not come from the hub itself; a proxy may stand in between, or the hub is restarting.',
  })
}

/** How the routes in ThreatConnect's wire shape explain a refusal; a missing right they tell as plain text with status 401. */
const TcexRefusal = z.object({ status: z.literal('Invalid'), description: z.string() })

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Not from the hub, or in plain words: no schema takes it.
    return undefined
  }
}

function unreachable(timedOut: boolean, cause: unknown): ApiProblem {
  return new ApiProblem({
    code: 'unreachable',
    title: 'The hub does not answer',
    detail: timedOut
      ? `No answer within ${answerWaitMsMax / 1000} seconds.`
      : 'The connection could not be made or was cut. Check that the hub runs and that this machine reaches it.',
    cause,
  })
}

function unreadable(detail: string, cause: unknown): ApiProblem {
  return new ApiProblem({
    code: 'unreadable',
    title: 'The answer could not be read',
    detail: `${detail} Reload the page: the console may be older than the hub.`,
    cause,
  })
}
