import type { Socket } from 'node:net'
import { problemBytes } from './problem-document.ts'

/** Answers what is no HTTP at all, or took too long to become a request, in the form of every other problem. */
export function refuseBytes(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const code = error.code === 'HPE_HEADER_OVERFLOW' ? 'too-large' : 'invalid'
  if (socket.writable) socket.write(problemBytes(code, detailOf(error.code)))
  socket.destroySoon()
}

function detailOf(code: string | undefined): string {
  if (code === 'HPE_HEADER_OVERFLOW')
    return 'The address and the headers are larger than 16 KB. A query that is too long for an address goes by POST.'
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'The request did not come whole in time.'
  return 'This is no HTTP request.'
}
