import * as z from 'zod/mini'
import { Base64, Count, Instant, Id, ServerXid } from '../primitives.ts'

/** First 16 hexadecimal characters of the SHA-256 of a key's SPKI: how signatures name a key. */
export const KeyId = z.string().check(z.regex(/^[0-9a-f]{16}$/))

/** What keys of a hub are for that can follow each other (D7). */
export const RotatedPurpose = z.enum(['command'])
export type RotatedPurpose = z.infer<typeof RotatedPurpose>

/** The word of a key about the one that comes after it: whoever trusts the first may trust the second (D7). */
export const KeySuccession = z.object({
  /** A `RotatedPurpose`; a server passes over those that it does not know. */
  purpose: z.string().check(z.maxLength(20)),
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

/** All successions of a hub, oldest first; environment servers ask for them. */
export const KeySuccessions = z.object({ successions: z.array(KeySuccession).check(z.maxLength(1000)) })
export type KeySuccessions = z.infer<typeof KeySuccessions>

/** A key of the hub that bundles pin. */
export const HubKey = z.object({
  keyId: KeyId,
  purpose: RotatedPurpose,
  /** Hexadecimal SHA-256 of its SPKI, whole: what `policy trust` on a server takes. */
  fingerprint: z.string(),
  createdAt: Instant,
  /** Since when another one signs; null for the one that signs. */
  retiredAt: z.nullable(Instant),
  /** When it stops to count; null for the one that signs. */
  endsAt: z.nullable(Instant),
})
export type HubKey = z.infer<typeof HubKey>

/** A server that has not said that it trusts the command key that signs now. */
export const ServerWithoutKey = z.object({
  serverXid: ServerXid,
  name: z.string(),
  environmentId: Id,
  environmentName: z.string(),
  lastHeartbeatAt: z.nullable(Instant),
})
export type ServerWithoutKey = z.infer<typeof ServerWithoutKey>

export const HubKeys = z.object({
  /** Newest first. */
  keys: z.array(HubKey),
  /** Of the caller's organization; at most 100 of them, those heard last first; none while no command key was ever rotated. */
  serversWithout: z.array(ServerWithoutKey),
  serversWithoutCount: Count,
})
export type HubKeys = z.infer<typeof HubKeys>

export const RotateKey = z.strictObject({ purpose: RotatedPurpose })
export type RotateKey = z.infer<typeof RotateKey>
