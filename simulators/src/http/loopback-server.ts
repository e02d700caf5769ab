import { once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { Server } from 'node:https'
import type { AddressInfo } from 'node:net'

import type { Answer } from './router.ts'

const connectionsMax = 256
/** What a refused upload may still send before the connection is cut: enough for its sender to read the answer. */
const drainBytesMax = 64 * 1024 * 1024

interface Certificate {
  readonly certificatePem: string
  readonly privateKeyPem: string
}

/**
 * An HTTPS server on 127.0.0.1 with every wait and size bounded.
 * @param showsOther asked at each new connection: whether it is shown the other certificate.
 */
export async function listenOnLoopback(
  tls: Certificate,
  ports: readonly number[],
  listener: RequestListener,
  other?: { readonly certificate: Certificate; readonly showsOther: () => boolean },
): Promise<{ server: Server; port: number }> {
  const server = createServer(
    {
      cert: tls.certificatePem,
      key: tls.privateKeyPem,
      minVersion: 'TLSv1.2',
      handshakeTimeout: 10_000,
      headersTimeout: 15_000,
      requestTimeout: 120_000,
      keepAliveTimeout: 10_000,
      maxHeaderSize: 16 * 1024,
    },
    listener,
  )
  server.maxConnections = connectionsMax
  if (other !== undefined) {
    let shown = tls
    // Before Node's own listener, which makes the TLS connection with the certificate that is set at that moment.
    server.prependListener('connection', () => {
      const wanted = other.showsOther() ? other.certificate : tls
      if (wanted === shown) return
      shown = wanted
      server.setSecureContext({ cert: wanted.certificatePem, key: wanted.privateKeyPem, minVersion: 'TLSv1.2' })
    })
  }
  for (const port of ports) {
    if (await listens(server, port)) return { server, port: (server.address() as AddressInfo).port }
  }
  throw new Error(`no port of ${ports.join(', ')} is free on 127.0.0.1; choose another with --port`)
}

async function listens(server: Server, port: number): Promise<boolean> {
  server.listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw new Error(`cannot listen on 127.0.0.1:${port}`, { cause: error })
  }
}

/** Writes the head of an answer and half of its body, then closes the connection. */
export function sendCut(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body ?? '')
  response.writeHead(answer.status, { ...answer.headers, 'content-length': String(body.length) })
  response.flushHeaders()
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => request.socket.destroy())
}

/** Writes an answer; an unread request body is drained up to a bound, so that the sender can read the answer. */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const body = answer.body ?? ''
  response.writeHead(answer.status, {
    ...answer.headers,
    ...(answer.status === 204 ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(request.complete ? {} : { connection: 'close' }),
  })
  response.end(request.method === 'HEAD' ? '' : body)
  if (request.complete) return
  let drainedBytes = 0
  request.on('data', (chunk: Buffer) => {
    drainedBytes += chunk.length
    if (drainedBytes > drainBytesMax) request.socket.destroy()
  })
}
