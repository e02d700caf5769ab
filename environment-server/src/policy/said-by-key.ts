import { type KeyRevocation, keyRevocationMessage, type KeySuccession, keySuccessionMessage } from '@postern/protocol'
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { fingerprintOf } from '../home/key-fingerprint.ts'

/*
 * Which keys count is asked for each command and package, and what keys said of their followers is kept for years: each signature is
 * verified once, and each key read once, for as long as what was said is in memory.
 */
const verified = new WeakMap<KeySuccession, Map<string, boolean>>()
const followers = new WeakMap<KeySuccession, KeyObject | 'none'>()

/** Whether this key said that. */
export function saidSuccession(by: KeyObject, succession: KeySuccession): boolean {
  const byFingerprint = verified.get(succession) ?? new Map<string, boolean>()
  verified.set(succession, byFingerprint)
  const known = byFingerprint.get(fingerprintOf(by))
  if (known !== undefined) return known
  const message = Buffer.from(keySuccessionMessage(succession))
  const isSaid = verify(null, message, by, Buffer.from(succession.signature, 'base64'))
  byFingerprint.set(fingerprintOf(by), isSaid)
  return isSaid
}

/** Whether this key said that of itself. */
export function saidRevocation(by: KeyObject, revocation: KeyRevocation): boolean {
  const message = Buffer.from(keyRevocationMessage(revocation))
  return verify(null, message, by, Buffer.from(revocation.signature, 'base64'))
}

/** The key that a succession names; nothing if it is none that could sign. */
export function followerIn(succession: KeySuccession): KeyObject | undefined {
  const follower = followers.get(succession) ?? readFollower(succession)
  followers.set(succession, follower)
  return follower === 'none' ? undefined : follower
}

function readFollower({ publicKey }: KeySuccession): KeyObject | 'none' {
  try {
    const key = createPublicKey(publicKey)
    return key.asymmetricKeyType === 'ed25519' ? key : 'none'
  } catch {
    // No key at all: nobody can follow anybody with it.
    return 'none'
  }
}
