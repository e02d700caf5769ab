import { createHash, X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket, type TlsOptions } from 'node:tls'

/**
 * Of a port that only holders of these certificates come through: the handshake refuses who has none, and who has another one.
 * @param trusted PEM: certificates that vouch for themselves, and those of issuers. None lets nobody in
 */
export function requireClientCertificates(trusted: readonly string[]): TlsOptions {
  return { requestCert: true, rejectUnauthorized: true, ca: [...trusted] }
}

type ClientCertificate = { sha256: Buffer; validFrom: number; validTo: number }

/** A connection has one for its life. */
const seen = new WeakMap<TLSSocket, ClientCertificate | undefined>()

/** SHA-256 of the DER of the certificate that the handshake of this connection proved, if it is still in force. */
export function clientCertificateOf(socket: Socket, now: number): Buffer | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
  if (!seen.has(socket)) seen.set(socket, readCertificate(socket))
  const certificate = seen.get(socket)
  if (certificate === undefined || now < certificate.validFrom || now > certificate.validTo) return undefined
  return certificate.sha256
}

function readCertificate(socket: TLSSocket): ClientCertificate | undefined {
  // Absent where none was presented, whatever the types say.
  const raw = (socket.getPeerCertificate() as { raw?: Buffer } | undefined)?.raw
  if (raw === undefined) return undefined
  const { validFromDate, validToDate } = new X509Certificate(raw)
  const sha256 = createHash('sha256').update(raw).digest()
  return { sha256, validFrom: validFromDate.getTime(), validTo: validToDate.getTime() }
}
