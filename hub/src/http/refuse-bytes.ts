import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { paths, type ProblemDocument } from '@postern/protocol'
import { problemAnchor, statusOf, titleOf } from './problem-reply.ts'

/** Answers what is no HTTP at all, or took too long to become a request, in the form of every other problem. */
export function refuseBytes(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const code = error.code === 'HPE_HEADER_OVERFLOW' ? 'too-large' : 'invalid'
  const document: ProblemDocument = {
    type: `${paths.docs}#${problemAnchor(code)}`,
    title: titleOf[code],
    status: statusOf[code],
    code,
    detail: detailOf(error.code),
    requestId: randomUUID(),
  }
  const body = JSON.stringify(document)
  const head = [
    `HTTP/1.1 ${document.status} ${document.title}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroySoon()
}

function detailOf(code: string | undefined): string {
  if (code === 'HPE_HEADER_OVERFLOW') return 'The headers are larger than 16 KB.'
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'The request did not come whole in time.'
  return 'This is no HTTP request.'
}
