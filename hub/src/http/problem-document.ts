import { randomUUID } from 'node:crypto'
import { paths, type ProblemCode, type ProblemDocument } from '@postern/protocol'
import { problemAnchor, statusOf, titleOf } from './problem-reply.ts'

export const problemType = 'application/problem+json'

/** A problem of a request that no server of ours has got as far as numbering. */
export function problemDocument(code: ProblemCode, detail: string): ProblemDocument {
  return {
    type: `${paths.docs}#${problemAnchor(code)}`,
    title: titleOf[code],
    status: statusOf[code],
    code,
    detail,
    requestId: randomUUID(),
  }
}

/** The same as bytes of HTTP, for a connection on which nobody can answer any more but with a last word. */
export function problemBytes(code: ProblemCode, detail: string): string {
  const document = problemDocument(code, detail)
  const body = JSON.stringify(document)
  const head = [
    `HTTP/1.1 ${document.status} ${document.title}`,
    `Content-Type: ${problemType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  return `${head.join('\r\n')}\r\n\r\n${body}`
}
