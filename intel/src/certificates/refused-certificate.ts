import { type CertificateFault, certificateFault } from './certificate-fault.ts'

/** A TLS connection while it is made, with verification on; `tls.TLSSocket` is one. */
export type SecuringSocket = {
  prependOnceListener(event: 'secure', listener: () => void): unknown
  once(event: 'secureConnect', listener: () => void): unknown
  once(event: 'error', listener: (error: unknown) => void): unknown
  getPeerCertificate(detailed: true): { issuer?: { CN?: string | string[]; O?: string | string[] } }
  destroy(): unknown
}

/**
 * Languages say that a certificate is not trusted, and hardly one says whose it is. It is there to be read for a moment: before it is
 * judged, and forgotten if it is refused.
 *
 * @returns reads who issued it; nothing before the other side has shown one
 */
export function hearIssuer(
  socket: Pick<SecuringSocket, 'prependOnceListener' | 'getPeerCertificate'>,
): () => string | undefined {
  let issuer: string | undefined
  socket.prependOnceListener('secure', () => {
    const { CN, O } = socket.getPeerCertificate(true).issuer ?? {}
    issuer = [CN, O]
      .flat()
      .filter((name) => name !== undefined)
      .join(', ')
  })
  return () => issuer
}

/** Whose certificate was refused, and for what. */
export type RefusedCertificate = { issuer: string; fault: CertificateFault }

/** Ends the connection. @returns nothing where its certificate is good, or none was shown */
export function refusedCertificate(
  secured: SecuringSocket,
  signal: AbortSignal,
): Promise<RefusedCertificate | undefined> {
  const { promise, resolve } = Promise.withResolvers<RefusedCertificate | undefined>()
  const issuer = hearIssuer(secured)
  const end = (found?: RefusedCertificate) => {
    secured.destroy()
    resolve(found)
  }
  signal.addEventListener('abort', () => end(), { once: true })
  secured.once('secureConnect', () => end())
  secured.once('error', (error) => {
    const [shownBy, fault] = [issuer(), certificateFault(String(error))]
    end(shownBy === undefined || fault === undefined ? undefined : { issuer: shownBy, fault })
  })
  return promise
}
