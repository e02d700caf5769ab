/** Why a certificate is refused: nobody trusts who issued it or how it is made, it has ended or not begun, or it is for other names. */
export type CertificateFault = 'chain' | 'time' | 'names'

/** How OpenSSL, Python, Java, Go and Node say it; the nearer words first, since some say the general ones before them. */
const faults: readonly (readonly [CertificateFault, RegExp])[] = [
  [
    'names',
    /ALTNAME_INVALID|HOSTNAME_MISMATCH|does not match certificate's altnames|(hostname|IP address) mismatch|certificate is valid for|no subject alternative|no alternative certificate subject name/i,
  ],
  [
    'time',
    /CERT_(HAS_EXPIRED|NOT_YET_VALID)|certificate (has expired|is not yet valid)|certificate expired|CertificateExpired|CertificateNotYetValid/i,
  ],
  [
    'chain',
    /certificate verify failed|unable to (get (local )?issuer|verify the first) certificate|self[- _]signed certificate|PKIX path (building|validation) failed|UNABLE_TO_(GET|VERIFY)_|SELF_SIGNED_CERT|signed by unknown authority|certificate (not trusted|rejected|revoked|signature failure|chain too long)|invalid CA certificate|uns(uitable|upported) certificate purpose|(certificate|CA) (key|md) too weak/i,
  ],
]

/** @param words what was said of a connection that was not made @returns nothing where it was not for the certificate */
export function certificateFault(words: string): CertificateFault | undefined {
  return faults.find(([, said]) => said.test(words))?.[0]
}
