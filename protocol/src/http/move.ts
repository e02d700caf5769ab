import * as z from 'zod/mini'
import { HeldAttempt } from '../mqtt/messages.ts'
import { Base64, Instant, ServerXid, Sha256 } from '../primitives.ts'

/**
 * What a `<environment>.env` says, one `name=value` a line (ES-2, D37). It makes no identity: the token lets a server that has one
 * move to the environment, once.
 */
export const MoveSettings = z.object({
  apiURL: z.url(),
  brokerHost: z.string(),
  brokerPort: z.int().check(z.positive(), z.maximum(65_535)),
  environmentName: z.string(),
  /** SHA-256 of the hub's CA certificate, DER: a server that pins another one needs a new bundle. */
  caSha256: Sha256,
  moveToken: z.string(),
})
export type MoveSettings = z.infer<typeof MoveSettings>

/** An environment server's move. The bearer token of the request is the move token. */
export const MoveRequest = z.object({
  serverXid: ServerXid,
  /** Proof by its present TLS key: ECDSA-SHA256 over `postern move v1 LF serverXid LF moveToken`. */
  proof: Base64,
  /** Attempts whose results are still to be delivered; all others that the hub had given it never ran, and are handed back. */
  held: z.array(HeldAttempt).check(z.maxLength(2000)),
})
export type MoveRequest = z.infer<typeof MoveRequest>

export const MoveResponse = z.object({ environmentName: z.string(), hubTime: Instant })
export type MoveResponse = z.infer<typeof MoveResponse>

/** What `MoveRequest.proof` signs. */
export function moveProofMessage(serverXid: string, moveToken: string): string {
  return `postern move v1\n${serverXid}\n${moveToken}`
}
