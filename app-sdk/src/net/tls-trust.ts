import type { TLSSocket } from 'node:tls'
import { SourceRefused } from './source-errors.ts'
import { noAuthority } from './unverified-tls.ts'

/**
 * Whom to believe. `authorities`: the public roots and the CAs of `NODE_EXTRA_CA_CERTS`. `pin`: exactly the certificate with
 * this SHA-256 (64 lower-case hexadecimal digits), whoever signed it. `nobody`: no check at all (S19).
 */
export type TlsTrust =
  | { readonly by: 'authorities' }
  | { readonly by: 'pin'; readonly sha256: string }
  | { readonly by: 'nobody' }

/** Options for `tls.connect` under a trust. */
export function tlsOptions(trust: TlsTrust): { rejectUnauthorized?: false; minVersion: 'TLSv1.2' } {
  return trust.by === 'authorities' ? { minVersion: 'TLSv1.2' } : { minVersion: 'TLSv1.2', ...noAuthority }
}

/**
 * Checks a connection before the first byte of a request is written.
 * @throws SourceRefused when the certificate is not the pinned one; the message carries the one that was shown.
 */
export function assertTrusted(socket: TLSSocket, trust: TlsTrust, host: string): void {
  if (trust.by !== 'pin') return
  const shown = (socket.getPeerCertificate().fingerprint256 ?? '').replaceAll(':', '').toLowerCase()
  if (shown === trust.sha256) return
  throw new SourceRefused(
    `${host} shows a certificate with SHA-256 ${shown}, and the pinned one is ${trust.sha256}: nothing was sent. If the certificate was renewed, pin the new one`,
  )
}

/** What went wrong with a certificate, with what to do; nothing for any other error. */
export function certificateProblem(error: unknown, host: string): SourceRefused | undefined {
  if (error instanceof SourceRefused) return error
  const { issuer } = error as { issuer?: unknown }
  const whose = typeof issuer === 'string' ? `, issued by ${issuer}` : ''
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (!certificateCodes.test(code)) return undefined
  return new SourceRefused(
    `the certificate of ${host}${whose} is not trusted (${code}); put its CA into the CA folder, or set the SHA-256 fingerprint of the certificate`,
    { cause: error },
  )
}

const certificateCodes =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(VERIFY|GET)_.*|CERT_.*|ERR_TLS_CERT_ALTNAME_INVALID)$/
