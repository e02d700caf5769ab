import type { TLSSocket, TlsOptions } from 'node:tls'

/** Of an environment server: CN and serial number of the certificate that our CA issued. */
export type ServerCertificate = { serverXid: string; serial: string }

/**
 * The handshake asks for a certificate and goes on without one: an app, a browser, and a server that has not enrolled have none, and
 * speak HTTP here (D30). Whoever speaks MQTT must have shown one, see `certificateOf`. Nothing here weakens whom we believe when we
 * call somebody (S19): that is a matter of clients.
 */
export const askForCertificate: TlsOptions = { requestCert: true, rejectUnauthorized: false }

/** Nothing unless TLS has checked that our CA issued it and that the other end has its key. */
export function certificateOf(socket: TLSSocket): ServerCertificate | undefined {
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined
  const serverXid = /^CN=(\d{1,18})$/.exec(certificate?.subject ?? '')?.[1]
  return certificate === undefined || serverXid === undefined
    ? undefined
    : { serverXid, serial: certificate.serialNumber }
}
