import type { TLSSocket, TlsOptions } from 'node:tls'

/** Of an environment server: CN and serial number of the certificate that our CA issued. */
export type ServerCertificate = { serverXid: string; serial: string }

/** The handshake ends for whoever shows no certificate of our CA. Asked are those who offer MQTT (D41). */
export const demandCertificate: TlsOptions = { requestCert: true, rejectUnauthorized: true }

/** Nothing where none was asked for; `of another` where it is of our CA and not one of an environment server. */
export function certificateOf(socket: TLSSocket): ServerCertificate | 'of another' | undefined {
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined
  if (certificate === undefined) return undefined
  const serverXid = /^CN=(\d{1,18})$/.exec(certificate.subject)?.[1]
  return serverXid === undefined ? 'of another' : { serverXid, serial: certificate.serialNumber }
}
