import { Readable } from 'node:stream'
import { listFormatFacts } from '@postern/intel'
import { paths } from '@postern/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { forListReaders } from '../access/permissions.ts'
import { replyWithProblem } from '../http/problem-reply.ts'
import type { Server } from '../http/server.ts'
import { Problem } from '../lib/problem.ts'
import { listLimits } from './list-limits.ts'
import type { FirewallLists } from './lists.ts'
import { acceptsGzip, isUnchanged, lastModified } from './list-headers.ts'

/** Firewalls that were told to come again later keep what they have. */
const retrySeconds = 60

/** `GET /lists/<name>`: who may, is decided by the list (D27, S12), so that the route lets everyone ask. */
export function firewallListRoutes(server: Server, lists: FirewallLists): void {
  void server.register(async (instance) => {
    const scope = instance as unknown as Server
    scope.setErrorHandler((error, request, reply) => {
      if (error instanceof Problem && error.code === 'unauthenticated')
        reply.header('www-authenticate', 'Basic realm="lists", charset="UTF-8"')
      if (error instanceof Problem && error.code === 'unavailable') reply.header('retry-after', retrySeconds)
      return replyWithProblem(error, request, reply)
    })
    scope.get(
      paths.list(':name'),
      {
        config: { ...forListReaders, rateLimit: { max: listLimits.requestsPerMinuteMax, timeWindow: '1 minute' } },
        // Answers are bytes of many media types, so that the framework serialises nothing.
        // What other products let a list's address choose (`?type=`, `?n=`) would change nothing here, and is refused rather than not heard.
        schema: { hide: true, querystring: z.strictObject({}) },
      },
      async (request, reply) => await sendList(lists, request, reply),
    )
  })
}

async function sendList(lists: FirewallLists, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { name } = request.params as { name: string }
  const { caller } = request
  const list = await lists.fetch(caller, name, request.ip)
  const { text } = list
  const encoding = acceptsGzip(request.headers['accept-encoding']) ? 'gzip' : 'identity'
  const etag = `"${text.sha256.slice(0, 32)}${encoding === 'gzip' ? '-gzip' : ''}"`
  const modifiedAt = lastModified(new Date(text.madeAt))
  const unchanged = isUnchanged(request.headers, etag, modifiedAt)
  const reader = caller.kind === 'reader' ? `reader ${caller.readerId}` : request.ip
  const bytes = encoding === 'gzip' ? text.gzipBytes : text.bytes
  // Before anything is said of the text: there may be no place for it. A stream even where nothing is sent, since the framework would
  // count the bytes of anything else and take back the length.
  const body = unchanged
    ? undefined
    : request.method === 'HEAD'
      ? Readable.from([])
      : lists.streams.open(text.id, encoding, bytes, reader)
  reply
    .header('etag', etag)
    .header('cache-control', 'private, no-cache')
    .header('vary', 'accept-encoding, authorization')
    .header('postern-collection-version', String(text.version))
    .header('x-postern-values', String(text.count))
    .header('x-postern-left-out', leftOutWords(text.leftOut))
  if (modifiedAt <= lists.clock.now()) reply.header('last-modified', modifiedAt.toUTCString())
  if (body === undefined) return reply.code(304).send()
  reply.header('content-type', listFormatFacts[list.format].mediaType).header('content-length', String(bytes))
  if (encoding === 'gzip') reply.header('content-encoding', 'gzip')
  return reply.send(body)
}

/** `0`, or the sum and its parts: `12; tlp=3, format=9`. */
function leftOutWords(leftOut: Record<string, number>): string {
  const reasons = Object.entries(leftOut).filter(([, count]) => count > 0)
  const sum = reasons.reduce((total, [, count]) => total + count, 0)
  if (sum === 0) return '0'
  return `${sum}; ${reasons.map(([reason, count]) => `${reason}=${count}`).join(', ')}`
}
