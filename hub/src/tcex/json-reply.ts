import type { FastifyReply } from 'fastify'

/**
 * Answers with JSON under the bare media type: Fastify appends a charset to strings and objects, and with one TcEx does not see
 * that a write failed (T3, D17).
 */
export function replyJson(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'application/json')
    .send(Buffer.from(JSON.stringify(body)))
}
