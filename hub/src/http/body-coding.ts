import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../lib/problem.ts'
import { hasBody } from './has-body.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How bodies of this route are compressed; without it they come as they are. */
    bodyCoding?: 'gzip'
  }
}

/**
 * Refuses a body that is compressed where it is not undone, or otherwise than the route undoes it, before any of it is read: it would only be
 * taken for what it is not. `Accept-Encoding` says what is taken (RFC 9110, 15.5.16).
 */
export async function refuseOtherCodings(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { headers, routeOptions } = request
  if (!hasBody(headers)) return
  const wanted = routeOptions.config.bodyCoding ?? 'identity'
  const coding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (coding === wanted) return
  reply.header('accept-encoding', wanted)
  throw new Problem(
    'unsupported-media-type',
    wanted === 'gzip'
      ? 'Send the lines compressed, with "Content-Encoding: gzip".'
      : `This route takes no compressed body, and this one has "Content-Encoding: ${coding.slice(0, 50)}". Send it as it is, without that header.`,
  )
}
