import type { FastifyReply, FastifyRequest } from 'fastify'
import { explainError, statusOf, titleOf } from '../http/problem-reply.ts'
import { taxiiMediaType } from './media-type.ts'

/** Names of what TAXII refuses, by its status: those of the API's problems, and two that TAXII alone has. */
const codeOf = {
  400: 'invalid',
  403: 'forbidden',
  404: 'not-found',
  406: 'not-acceptable',
  415: 'unsupported-media-type',
  422: 'unprocessable',
} as const

/** An outcome that TAXII has a status of its own for. */
export class TaxiiError extends Error {
  readonly status: keyof typeof codeOf
  readonly title: string

  constructor(status: keyof typeof codeOf, title: string, description: string) {
    super(description)
    this.name = 'TaxiiError'
    this.status = status
    this.title = title
  }
}

/** Wrong names and missing grants are the same to who asks (S12). */
export function notThere(what: string): TaxiiError {
  return new TaxiiError(404, 'Not found', `There is no such ${what}, or you may not see it.`)
}

/** Of a body of another media type. */
export function notTaxii(): TaxiiError {
  return new TaxiiError(415, titleOf['unsupported-media-type'], `Send "Content-Type: ${taxiiMediaType}".`)
}

/** Answers any error as the error message of TAXII 2.1 (3.6.1); what went wrong inside stays inside. */
export function replyWithTaxiiError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, title, description, code } = explain(error, request)
  if (status === 401) {
    // RFC 9110, 15.5.2: one challenge for each way in that a header can hold.
    void reply.header('www-authenticate', 'Basic realm="Postern TAXII", charset="UTF-8", Bearer realm="Postern TAXII"')
  }
  const document = { title, description, error_id: request.id, error_code: code, http_status: String(status) }
  return sendTaxii(reply.code(status), JSON.stringify(document))
}

/** As a Buffer: to texts and objects the framework appends a charset (D17). */
export function sendTaxii(reply: FastifyReply, json: string): FastifyReply {
  return reply.header('content-type', taxiiMediaType).send(Buffer.from(json))
}

type Explained = { status: number; title: string; description: string; code: string }

function explain(error: unknown, request: FastifyRequest): Explained {
  if (error instanceof TaxiiError) {
    return { status: error.status, title: error.title, description: error.message, code: codeOf[error.status] }
  }
  // The framework's word for a Content-Type that nothing here reads.
  if ((error as { statusCode?: unknown } | null)?.statusCode === 415) return explain(notTaxii(), request)
  const { code, detail } = explainError(error, request)
  return { status: statusOf[code], title: titleOf[code], description: detail, code }
}
