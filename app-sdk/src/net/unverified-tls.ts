/**
 * TLS whose certificate no authority vouches for: the one file where that is switched off (S19). It has two users:
 * a pin, which then checks that it is exactly the one certificate that a person confirmed, and a per-target setting
 * that checks nothing, warns at each use, and marks the receipt *unverified transport*.
 */
export const noAuthority = { rejectUnauthorized: false } as const

/** What an unverified session says, once for each session and target. */
export function unverifiedWarning(host: string): string {
  return `the certificate of ${host} is NOT checked: anyone between here and there can read and change what is sent. Pin it instead: set its SHA-256 fingerprint`
}
