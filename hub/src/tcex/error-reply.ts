import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { databaseProblem } from '../database/unavailable.ts'
import { Problem } from '../lib/problem.ts'
import { replyJson } from './json-reply.ts'

/** Problems in ThreatConnect's shape: JSON also for errors (T7), except for missing rights, which apps read as text. */
export function replyWithTcexError(
  thrown: FastifyError | Problem,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = databaseProblem(thrown) ?? thrown
  if (error instanceof Problem) {
    if (error.code === 'unauthenticated' || error.code === 'forbidden')
      return reply.code(401).type('text/plain').send(error.message)
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds)
    return replyJson(reply, statusOf(error), { status: 'Invalid', description: error.message })
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return replyJson(reply, error.statusCode, { status: 'Invalid', description: error.message })
  }
  request.log.error({ err: error }, 'a request failed')
  return replyJson(reply, 500, {
    status: 'Failure',
    message: `The hub failed at this; its log knows why under ${request.id}.`,
  })
}

function statusOf(problem: Problem): number {
  if (problem.code === 'not-found') return 404
  if (problem.code === 'unavailable') return 503
  if (problem.code === 'unsupported-media-type') return 415
  return problem.code === 'too-many' ? 429 : 400
}
