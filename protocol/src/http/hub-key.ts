import * as z from 'zod/mini'
import { Count, Id, Instant, ServerXid, Sha256 } from '../primitives.ts'
import { KeyId, RotatedPurpose } from './signing-key.ts'

/** A key of the hub that bundles pin. */
export const HubKey = z.object({
  keyId: KeyId,
  purpose: RotatedPurpose,
  /** Hexadecimal SHA-256 of its SPKI, whole: what `policy trust` on a server takes. */
  fingerprint: z.string(),
  createdAt: Instant,
  /** Who rotated or revoked the one before it; null for the first of its purpose, which the hub made. */
  madeBy: z.nullable(z.string()),
  /** Since when another one signs; null for the one that signs. */
  retiredAt: z.nullable(Instant),
  /** When it stops to count; null for the one that signs. */
  endsAt: z.nullable(Instant),
  /** Since when it counts no more, as others may have it; null: nobody said so. */
  revokedAt: z.nullable(Instant),
  /** Until when servers that lack it learn it by themselves, from the word of the key before; null for one that followed none. */
  learntUntil: z.nullable(Instant),
})
export type HubKey = z.infer<typeof HubKey>

/** A server that has not said that it trusts all keys that sign now. */
export const ServerWithoutKey = z.object({
  serverXid: ServerXid,
  name: z.string(),
  environmentId: Id,
  environmentName: z.string(),
  lastHeartbeatAt: z.nullable(Instant),
  /** Purposes whose key in use it has not said that it trusts. */
  lacks: z.array(RotatedPurpose),
})
export type ServerWithoutKey = z.infer<typeof ServerWithoutKey>

/** A version of an app that no publisher key signs any more: it runs nowhere until an administrator confirms it by its SHA-256. */
export const UnsignedVersion = z.object({
  appId: Id,
  programName: z.string(),
  programVersion: z.string(),
  packageSha256: Sha256,
})
export type UnsignedVersion = z.infer<typeof UnsignedVersion>

export const HubKeys = z.object({
  /** Of all purposes, newest first. None of purpose `release`: the publisher key signs server files. */
  keys: z.array(HubKey),
  /** Of the caller's organization; at most 100 of them, those heard last first; none while no key was ever rotated. */
  serversWithout: z.array(ServerWithoutKey),
  serversWithoutCount: Count,
  /** Versions of apps that the publisher key in use has still to sign; the hub does that by itself. */
  packagesToSign: Count,
  /** Current versions whose publisher key was revoked and that nobody but it vouched for; at most 100. */
  packagesToConfirm: z.array(UnsignedVersion),
})
export type HubKeys = z.infer<typeof HubKeys>

export const RotateKey = z.strictObject({ purpose: RotatedPurpose })
export type RotateKey = z.infer<typeof RotateKey>
