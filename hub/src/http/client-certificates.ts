import { createHash, X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/**
 * The HTTPS port asks for a client certificate and lets in who has none, or one of any issuer: who it is, is looked up by the
 * certificate's fingerprint (D27), and the handshake has proved that the other end has its key. Nothing else is given for one.
 */
export const askForClientCertificates = { requestCert: true, rejectUnauthorized: false } as const

type ClientCertificate = { sha256: Buffer; validFrom: number; validTo: number }

/** A connection has one for its life. */
const seen = new WeakMap<TLSSocket, ClientCertificate | undefined>()

/** SHA-256 of the DER of the certificate that this connection presented, if it is in force. */
export function clientCertificateOf(socket: Socket, now: number): Buffer | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
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
