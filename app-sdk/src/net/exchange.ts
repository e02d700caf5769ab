import { request as requestPlain } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import { request as requestSecure } from 'node:https'
import { pipeline } from 'node:stream'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Agents } from './agents.ts'
import { SourceRefused, SourceUnavailable, SourceUnreadable } from './source-errors.ts'
import { certificateProblem } from './tls-trust.ts'

/** Bounds of one answer (S10). */
export interface AnswerBounds {
  /** From the request to the last byte. */
  readonly timeMs: number
  /** After decompression. */
  readonly bytes: number
}

export const answerBounds: AnswerBounds = { timeMs: 120_000, bytes: 256 * 1024 * 1024 }

/** A body that can be sent again. */
export type RequestBody = Buffer | { readonly bytes: number; open(): Readable }

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly url: URL
  readonly headers: OutgoingHttpHeaders
  readonly body?: RequestBody
  readonly bounds: AnswerBounds
  readonly signal: AbortSignal
}

/** An answer whose body is read as it comes, decompressed and bounded. */
export interface OpenAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: AsyncIterable<Buffer>
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Compressed text may grow this much, once it is larger than a small answer (S14). */
const ratioMax = 100
const ratioCountsFromBytes = 4 * 1024 * 1024

/** Sends a request and gives the answer as soon as its head is there. @throws SourceUnavailable, SourceRefused (certificate, or no way there) */
export async function openExchange(agents: Agents, request: Request): Promise<OpenAnswer> {
  const deadline = AbortSignal.timeout(request.bounds.timeMs)
  const signal = AbortSignal.any([request.signal, deadline])
  const response = await send(agents, request, signal).catch((error: unknown) => {
    throw explain(error, request, deadline)
  })
  return { status: response.statusCode ?? 0, headers: response.headers, body: boundedBody(response, request, deadline) }
}

/** Sends a request and reads the whole answer. @throws SourceUnavailable, SourceRefused (certificate, or no way there), SourceUnreadable (bounds) */
export async function exchange(agents: Agents, request: Request): Promise<Answer> {
  const { status, headers, body } = await openExchange(agents, request)
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  return { status, headers, body: Buffer.concat(chunks) }
}

function send(agents: Agents, request: Request, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, url, body } = request
    const length = body === undefined ? undefined : Buffer.isBuffer(body) ? body.length : body.bytes
    const headers = {
      ...request.headers,
      'accept-encoding': 'gzip',
      ...(length === undefined ? {} : { 'content-length': length }),
    }
    const options = { method, headers, signal, maxHeaderSize: 32 * 1024 }
    const outgoing =
      url.protocol === 'https:'
        ? requestSecure(url, { ...options, agent: agents.https })
        : requestPlain(url, { ...options, agent: agents.http })
    outgoing.once('response', resolve)
    outgoing.once('error', reject)
    if (body === undefined || Buffer.isBuffer(body)) outgoing.end(body)
    else pipeline(body.open(), outgoing, (error) => error && reject(error))
  })
}

async function* boundedBody(
  response: IncomingMessage,
  request: Request,
  deadline: AbortSignal,
): AsyncGenerator<Buffer> {
  let compressedBytes = 0
  let bytes = 0
  try {
    response.on('data', (chunk: Buffer) => (compressedBytes += chunk.length))
    for await (const chunk of decoded(response, request) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > request.bounds.bytes)
        throw new SourceUnreadable(`${label(request)} answers with more than ${request.bounds.bytes} bytes`)
      if (bytes > ratioCountsFromBytes && bytes > compressedBytes * ratioMax) {
        throw new SourceUnreadable(
          `${label(request)} answers with data that grows more than ${ratioMax} times when decompressed`,
        )
      }
      yield chunk
    }
  } catch (error) {
    throw explain(error, request, deadline)
  } finally {
    response.destroy()
  }
}

function decoded(response: IncomingMessage, request: Request): Readable {
  const encoding = (response.headers['content-encoding'] ?? 'identity').toLowerCase()
  if (encoding === 'identity' || encoding === '') return response
  if (encoding !== 'gzip' && encoding !== 'x-gzip')
    throw new SourceUnreadable(`${label(request)} answers in the encoding ${encoding}, which was not asked for`)
  // pipeline destroys both ends on an error; the error itself reaches the reader of the result.
  return pipeline(response, createGunzip(), () => {})
}

function explain(error: unknown, request: Request, deadline: AbortSignal): unknown {
  // A refusal stays one: whatever does not change by asking again must not look like a connection that broke.
  if (error instanceof SourceRefused || error instanceof SourceUnavailable || error instanceof SourceUnreadable)
    return error
  if (deadline.aborted)
    return new SourceUnavailable(`${label(request)} did not finish within ${request.bounds.timeMs / 1000} s`, {
      cause: error,
    })
  if (request.signal.aborted) return request.signal.reason
  const problem = certificateProblem(error, request.url.host)
  if (problem !== undefined) return problem
  const code = (error as NodeJS.ErrnoException).code ?? (error as Error).message
  return new SourceUnavailable(`${label(request)} failed: ${code}`, { cause: error })
}

/** The request as errors and logs name it: without the query, which may hold secrets (S4). */
export function label(request: { readonly method: string; readonly url: URL }): string {
  return `${request.method} ${request.url.origin}${request.url.pathname}`
}
