import type { FastifyReply, FastifyRequest } from 'fastify'
import { explainError, statusOf, titleOf } from '../http/problem-reply.ts'
import { taxiiMediaType } from './media-type.ts'

/** An outcome that TAXII has a status of its own for. */
export class TaxiiError extends Error {
  readonly status: number
  readonly title: string

  constructor(status: number, title: string, description: string) {
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

function explain(error: unknown, request: FastifyRequest) {
  if (error instanceof TaxiiError) {
    return { status: error.status, title: error.title, description: error.message, code: `taxii-${error.status}` }
  }
  if ((error as { statusCode?: unknown } | null)?.statusCode === 415) {
    const description = `Send "Content-Type: ${taxiiMediaType}".`
    return { status: 415, title: 'Unsupported media type', description, code: 'taxii-415' }
  }
  const { code, detail } = explainError(error, request)
  return { status: statusOf[code], title: titleOf[code], description: detail, code }
}
