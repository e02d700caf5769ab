const certificateCodes = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
])

/** The other end showed a certificate that the hub's CA did not issue: something on the way opens TLS (S17), or it is another hub. */
export class TlsOpened extends Error {
  override name = 'TlsOpened'
  readonly code: string
  /** Who issued the certificate that was met, in one line; empty where that is not known. */
  readonly issuer: string

  private constructor(code: string, issuer: string, cause: unknown) {
    super(`the certificate was issued by ${issuer === '' ? 'another authority' : issuer} (${code})`, { cause })
    this.code = code
    this.issuer = issuer
  }

  /** Nothing where the error is about something else. `issuer` as X509Certificate writes it: one attribute a line. */
  static from(error: unknown, issuer: string): TlsOpened | undefined {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return certificateCodes.has(code) ? new TlsOpened(code, oneLine(issuer), error) : undefined
  }
}

/** An issuer's name, one attribute a line, in one. Whoever is on the way writes these bytes; they end in a log. */
export function oneLine(issuer: string): string {
  return issuer.split('\n').join(', ').replaceAll(/\p{C}/gu, '').slice(0, 200)
}
