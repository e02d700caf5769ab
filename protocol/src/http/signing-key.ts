import * as z from 'zod/mini'
import { Base64, Instant } from '../primitives.ts'

/** First 16 hexadecimal characters of the SHA-256 of a key's SPKI: how signatures name a key. */
export const KeyId = z.string().check(z.regex(/^[0-9a-f]{16}$/))

/** What keys of a hub are for that can follow each other: to sign commands, packages, or server files (D7). */
export const RotatedPurpose = z.enum(['command', 'publisher', 'release'])
export type RotatedPurpose = z.infer<typeof RotatedPurpose>

/** The word of a key about the one that comes after it: whoever trusts the first may trust the second (D7). */
export const KeySuccession = z.object({
  /** A `RotatedPurpose`; a server passes over those that it does not know. */
  purpose: z.string().check(z.maxLength(20)),
  /** Of the same purpose; of the first release key, the publisher key that stood in for it. */
  predecessorId: KeyId,
  /** Ed25519, SPKI PEM. */
  publicKey: z.string().check(z.maxLength(500)),
  /** From then on the old one counts for nothing; a server that has not heard of the new one by then is told by hand. */
  predecessorEndsAt: Instant,
  /** Ed25519 by the old key over `keySuccessionMessage`. */
  signature: Base64,
})
export type KeySuccession = z.infer<typeof KeySuccession>

/** What `KeySuccession.signature` signs. */
export function keySuccessionMessage(said: Omit<KeySuccession, 'signature'>): string {
  const { purpose, predecessorId, publicKey, predecessorEndsAt } = said
  return ['postern key succession v1', purpose, predecessorId, publicKey.trim(), predecessorEndsAt].join('\n')
}

/**
 * The word of a key that it counts for nothing any more, for no purpose, since others may have it (D7). Only the key itself can say so:
 * whoever else has it can end it that way, and nothing more. Said twice, what both name counts.
 */
export const KeyRevocation = z.object({
  keyId: KeyId,
  revokedAt: Instant,
  /** The keys that it named as following it and that count: any other was named by somebody else who had it. */
  followerIds: z.array(KeyId).check(z.maxLength(10)),
  /** Ed25519 by the key over `keyRevocationMessage`. */
  signature: Base64,
})
export type KeyRevocation = z.infer<typeof KeyRevocation>

/** What `KeyRevocation.signature` signs. */
export function keyRevocationMessage({ keyId, revokedAt, followerIds }: Omit<KeyRevocation, 'signature'>): string {
  return ['postern key revocation v1', keyId, revokedAt, ...followerIds].join('\n')
}

/** What a hub's keys say of each other, oldest first; environment servers ask for it. */
export const KeySuccessions = z.object({
  successions: z.array(KeySuccession).check(z.maxLength(1000)),
  /** Absent: a hub of a release that revokes none. */
  revocations: z.optional(z.array(KeyRevocation).check(z.maxLength(1000))),
})
export type KeySuccessions = z.infer<typeof KeySuccessions>
