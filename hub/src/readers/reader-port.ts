import type { Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import type { Authenticate } from '../http/server.ts'
import { clientCertificateOf, requireClientCertificates } from '../http/client-certificates.ts'
import { createServer, type Server } from '../http/server.ts'
import { Problem } from '../lib/problem.ts'
import type { TlsMaterial } from '../pki/shown-certificate.ts'
import { repeat } from '../lib/repeat.ts'
import type { Readers } from './readers.ts'

export type ReaderPort = AsyncDisposable & { port: number }

type Parts = {
  readers: Pick<Readers, 'credentials' | 'certificates'>
  port: number
  host: string
  /** What the hub shows. */
  tlsMaterial: () => Promise<TlsMaterial>
  /** Routes of readers; no others are served here. */
  addRoutes: (server: Server, taken: () => number) => void
  log: Logger
}

/** So long another hub's changes, and other public names, may take to be seen here; what was changed on this hub holds at once. */
const rereadMs = 2_000

/**
 * The port of readers with client certificates (D27). Its handshake is held to the certificates that were registered, and each request to
 * the fingerprint of one reader, so that a certificate that was issued by a reader's own comes as far as that and no further.
 */
export async function openReaderPort({ readers, port, host, tlsMaterial, addRoutes, log }: Parts): Promise<ReaderPort> {
  await using stack = new AsyncDisposableStack()
  let [trusted, shown] = [await readers.certificates.trusted(), await tlsMaterial()]
  const server = await createServer({
    authenticate: authenticateByCertificate(readers.credentials),
    https: { ...shown, ...requireClientCertificates(trusted) },
    logger: log,
  })
  stack.defer(async () => await server.close())
  // Known when the port is open, and asked for by requests alone.
  const taken = () => (server.server.address() as AddressInfo).port
  addRoutes(server, taken)

  async function reread(): Promise<void> {
    const [nowTrusted, nowShown] = [await readers.certificates.trusted(), await tlsMaterial()]
    if (nowShown === shown && String(nowTrusted) === String(trusted)) return
    trusted = nowTrusted
    shown = nowShown
    const listener = server.server as HttpsServer
    listener.setSecureContext({ ...shown, ...requireClientCertificates(trusted), minVersion: 'TLSv1.2' })
  }

  readers.certificates.onChange(reread)
  stack.use(repeat('certificates of readers', rereadMs, reread, log))
  await server.listen({ port, host })
  log.info(
    { port: taken(), certificates: trusted.length },
    'the reader port is open: only who has the key of a registered certificate comes through',
  )
  const opened = stack.move()
  return { port: taken(), [Symbol.asyncDispose]: () => opened.disposeAsync() }
}

/** Nothing but the certificate says who it is: other credentials go to the other port. */
function authenticateByCertificate(credentials: Readers['credentials']): Authenticate {
  return async (request) => {
    const sha256 = clientCertificateOf(request.raw.socket, Date.now())
    const reader = sha256 === undefined ? undefined : await credentials.certificate(sha256, request.ip)
    if (reader !== undefined) return reader
    throw new Problem('unauthenticated', 'No reader has this certificate, or it is switched off.')
  }
}
