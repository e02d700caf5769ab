import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { paths, type ProblemCode, type ProblemDocument } from '@postern/protocol'
import { hasZodFastifySchemaValidationErrors } from '@fastify/type-provider-zod'
import { databaseProblem } from '../database/unavailable.ts'
import { mistakeAt, takesNull } from '../lib/mistakes.ts'
import { Problem } from '../lib/problem.ts'

/** The only place that knows HTTP status codes of problems. */
export const statusOf: Record<ProblemCode, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  unconfirmed: 409,
  outdated: 412,
  'too-large': 413,
  'unsupported-media-type': 415,
  'too-many': 429,
  unavailable: 503,
  internal: 500,
}

export const titleOf: Record<ProblemCode, string> = {
  invalid: 'The request is not valid',
  unauthenticated: 'Sign in, or send a valid token',
  forbidden: 'This needs a right that you do not have',
  'not-found': 'Not found',
  conflict: 'This conflicts with how things are now',
  unconfirmed: 'Confirm that this is meant',
  outdated: 'Somebody changed this meanwhile',
  'too-large': 'Too large',
  'unsupported-media-type': 'The body is of another kind than this route takes',
  'too-many': 'Too many requests',
  unavailable: 'Not available right now',
  internal: 'The hub made a mistake',
}

/** Where the documentation explains a problem code. */
export function problemAnchor(code: ProblemCode): string {
  return `problem-${code}`
}

/** Answers any error as a problem document (RFC 9457), a defect without its inside. */
export function replyWithProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code, detail } = explainError(error, request)
  const status = statusOf[code]
  const document: ProblemDocument = {
    type: `${paths.docs}#${problemAnchor(code)}`,
    title: titleOf[code],
    status,
    code,
    detail,
    ...(error instanceof Problem && error.position !== undefined ? { position: error.position } : {}),
    requestId: request.id,
  }
  if (error instanceof Problem && error.retryAfterSeconds !== undefined)
    reply.header('retry-after', error.retryAfterSeconds)
  return reply.code(status).type('application/problem+json').serializer(JSON.stringify).send(document)
}

/** What an error means to who sent the request. A defect is logged whole. */
export function explainError(error: unknown, request: FastifyRequest): { code: ProblemCode; detail: string } {
  const away = databaseProblem(error)
  if (away !== undefined) request.log.warn({ reason: String(away.cause) }, 'a request failed for the database')
  const explained = explain(away ?? error, request)
  if (explained.code === 'internal') request.log.error({ err: error }, 'a request ended in a defect')
  return explained
}

function explain(error: unknown, request: FastifyRequest): { code: ProblemCode; detail: string } {
  if (error instanceof Problem) return { code: error.code, detail: error.message }
  if (hasZodFastifySchemaValidationErrors(error)) {
    return {
      code: 'invalid',
      detail: error.validation.map((issue) => describeIssue(issue, error.validationContext, request)).join(' '),
    }
  }
  return explainFastify(error as Partial<FastifyError>, request.routeOptions.bodyLimit)
}

const requestParts: Readonly<Record<string, string>> = {
  body: 'body',
  querystring: 'query of the address',
  params: 'address',
}

function describeIssue(
  { keyword, instancePath, message = 'Is not valid' }: { keyword?: string; instancePath?: string; message?: string },
  context: string | undefined,
  { routeOptions: { schema } }: FastifyRequest,
): string {
  const place = instancePath?.split('/').filter((part) => part !== '') ?? []
  const isOfOtherKind = keyword === 'invalid_type' || keyword === 'invalid_value'
  const mayBeNull = isOfOtherKind && context === 'body' && takesNull(schema?.body, place)
  const told = mayBeNull ? `${message} or null` : message
  return mistakeAt(place.join('.'), told, `The ${requestParts[context ?? ''] ?? 'request'}`)
}

/** Fastify's own refusals of a request, before any handler ran. */
function explainFastify(error: Partial<FastifyError>, bytesMax: number): { code: ProblemCode; detail: string } {
  const status = error.statusCode ?? 500
  if (error.code === 'FST_ERR_CTP_EMPTY_JSON_BODY') {
    const detail = 'The Content-Type says JSON, and the body is empty. Leave the header out, or send a body.'
    return { code: 'invalid', detail }
  }
  if (status === 413) {
    const most = bytesMax.toLocaleString('en')
    return {
      code: 'too-large',
      detail: `The body is larger than the ${most} bytes that this route takes. Send it in parts.`,
    }
  }
  if (status === 415) return { code: 'unsupported-media-type', detail: 'This route does not take that Content-Type.' }
  if (status === 429) return { code: 'too-many', detail: error.message ?? 'Too many requests; wait and try again.' }
  if (status >= 400 && status < 500) return { code: 'invalid', detail: error.message ?? 'The request is malformed.' }
  return {
    code: 'internal',
    detail: 'Something went wrong inside the hub. Its log has the details under this request id.',
  }
}
