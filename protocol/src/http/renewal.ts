import * as z from 'zod/mini'
import { Base64, Instant } from '../primitives.ts'

/**
 * An environment server asks for its next client certificate, for the key that it has (D37). The bearer token of the request is its
 * appDeliveryToken.
 */
export const RenewalRequest = z.object({
  /** Of the certificate that it has now, hexadecimal. */
  serial: z.string().check(z.regex(/^[0-9a-fA-F]{1,40}$/)),
  /** Proof by its TLS key: ECDSA-SHA256 over `postern renewal v1 LF serverXid LF serial`. */
  proof: Base64,
})
export type RenewalRequest = z.infer<typeof RenewalRequest>

export const RenewalResponse = z.object({
  /** Client certificate, CN = serverXid, PEM. The present one stays good until this one has connected. */
  certificate: z.string(),
  /** False: the present one had ended, and executions wait for a person to confirm the fingerprint. */
  confirmed: z.boolean(),
  hubTime: Instant,
})
export type RenewalResponse = z.infer<typeof RenewalResponse>

/** What `RenewalRequest.proof` signs. */
export function renewalProofMessage(serverXid: string, serial: string): string {
  return `postern renewal v1\n${serverXid}\n${serial}`
}
