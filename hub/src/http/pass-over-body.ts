import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { hasBody } from './has-body.ts'
import { httpLimits } from './http-limits.ts'

/**
 * Of a request that is refused while its body is on its way, the rest is read and thrown away, within bounds. A connection that is closed on
 * bytes that nobody read takes the answer along: a client that sends all before it reads would see it cut, and never why.
 */
export function createBodyPasser(): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  let atOnce = 0
  return async (request, reply) => {
    if (reply.statusCode < 400 || !isComing(request.raw)) return
    // What says so has Node close the connection with the last byte of the answer.
    if (atOnce >= httpLimits.passedOverAtOnceMax) return void reply.header('connection', 'close')
    reply.removeHeader('connection')
    atOnce += 1
    passOver(request.raw, () => (atOnce -= 1))
  }
}

function isComing({ complete, destroyed, headers, socket }: IncomingMessage): boolean {
  // A request that a test puts in without a socket is never incomplete.
  const isOpen = complete === false && !destroyed && !socket.destroyed
  return isOpen && hasBody(headers) && headers.upgrade === undefined
}

function passOver(request: IncomingMessage, onOver: () => void): void {
  let left: number = httpLimits.passedOverBytesMax
  const cut = () => request.socket.destroySoon()
  const deadline = setTimeout(cut, httpLimits.passedOverSecondsMax * 1000)
  function over(): void {
    clearTimeout(deadline)
    request.off('end', over)
    request.socket.off('close', over)
    onOver()
  }
  request.once('end', over)
  // A request that is answered already is not told when its connection is cut.
  request.socket.once('close', over)
  request.on('error', () => {
    // Whoever hangs up has heard enough.
  })
  request.on('data', count)
  function count(chunk: Buffer): void {
    left -= chunk.length
    if (left >= 0) return
    request.off('data', count)
    cut()
  }
  // A listener alone reads no further where another one stopped.
  request.resume()
}
