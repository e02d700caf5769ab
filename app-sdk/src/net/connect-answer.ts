import type { Socket } from 'node:net'
import { NotConnected } from './source-errors.ts'

/** What a proxy, or the egress guard, answers to CONNECT. */
export interface ConnectAnswer {
  readonly status: string
  readonly statusText: string
  /** What came behind the head: the reason of a refusal. Of a 200 it must be empty. */
  readonly body: string
}

const answerBytesMax = 16 * 1024

/**
 * Reads the answer to CONNECT. After a 200 the connection is the tunnel, so reading ends with the empty line; a refusal is read up
 * to the end of its body, as far as that comes.
 * @throws NotConnected when there is no head, or one without end
 */
export function readConnectAnswer(socket: Socket, signal: AbortSignal): Promise<ConnectAnswer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0)
    const fail = (error: Error) => {
      stop()
      reject(error)
    }
    const finish = (headEnd: number) => {
      stop()
      resolve(parse(received, headEnd))
    }
    const closed = () => {
      const headEnd = received.indexOf(headEndMark)
      if (headEnd < 0) fail(new NotConnected('the proxy closed the connection'))
      else finish(headEnd)
    }
    const abort = () => fail(signal.reason as Error)
    const read = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      const headEnd = received.indexOf(headEndMark)
      if (headEnd >= 0 && received.length >= wantedBytes(received, headEnd)) finish(headEnd)
      else if (headEnd < 0 && received.length > answerBytesMax) fail(new NotConnected('the proxy does not speak HTTP'))
    }
    const stop = () => {
      socket.off('data', read).off('error', fail).off('close', closed)
      signal.removeEventListener('abort', abort)
    }
    socket.on('data', read).on('error', fail).on('close', closed)
    signal.addEventListener('abort', abort, { once: true })
  })
}

const headEndMark = '\r\n\r\n'

/** How much belongs to the answer, head included. A refusal that does not say how long it is has said enough with its head. */
function wantedBytes(received: Buffer, headEnd: number): number {
  const head = received.subarray(0, headEnd).toString('latin1')
  if (head.startsWith('HTTP/1.1 200') || head.startsWith('HTTP/1.0 200')) return headEnd
  const length = Number(/^content-length: *(\d{1,9}) *$/im.exec(head)?.[1] ?? 0)
  return Math.min(answerBytesMax, headEnd + headEndMark.length + length)
}

function parse(received: Buffer, headEnd: number): ConnectAnswer {
  const head = received.subarray(0, headEnd).toString('latin1')
  const [, status = '', statusText = ''] = /^HTTP\/1\.[01] (\d{3})(?: ([^\r\n]*))?/.exec(head) ?? []
  return { status, statusText, body: received.subarray(headEnd + headEndMark.length).toString('utf8') }
}
