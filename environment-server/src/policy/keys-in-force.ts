import type { KeySuccession, RotatedPurpose } from '@postern/protocol'
import type { KeyObject } from 'node:crypto'
import type { HomeFolder } from '../home/home-folder.ts'
import { fingerprintOf } from '../home/key-fingerprint.ts'
import { keyIdOf, readTrust } from '../home/trust.ts'
import { type HeardKeys, heardKeys } from './heard-keys.ts'
import { followerIn, saidSuccession } from './said-by-key.ts'

export type KeysById = ReadonlyMap<string, KeyObject>

/**
 * The keys that count at a time for one purpose (D7): pinned by the bundle or trusted by a person here, and those that they or their
 * followers named in time. A key that has itself named its end counts until then, and one that was revoked for nothing.
 * @param trusted of that purpose @param now epoch milliseconds by the hub's clock
 */
export function keysInForce(purpose: RotatedPurpose, trusted: KeysById, heard: HeardKeys, now: number): KeysById {
  const known = keysByTheirWords(purpose, trusted, heard)
  const saidBy = Map.groupBy([...heard.learned, ...heard.missed], ({ predecessorId }) => predecessorId)
  const counts = (id: string, key: KeyObject) => {
    const end = endOf(purpose, key, { learned: saidBy.get(id) ?? [], missed: [] })
    return !isRevoked(heard, id) && now < end
  }
  return new Map([...known].filter(([id, key]) => counts(id, key)))
}

/** The same without regard to what has ended: whose word was ever worth something here. */
export function keysByTheirWords(purpose: RotatedPurpose, trusted: KeysById, heard: HeardKeys): KeysById {
  const followers = wordsOfKnownKeys(purpose, trusted, heard).map(({ key }) => [keyIdOf(key), key] as const)
  return new Map([...trusted, ...followers])
}

/** What of that which was learned leads from keys that are trusted here to others, with whom each names. */
export function wordsOfKnownKeys(
  purpose: RotatedPurpose,
  trusted: KeysById,
  heard: HeardKeys,
): { succession: KeySuccession; key: KeyObject }[] {
  const keys = new Map(trusted)
  return heard.learned.flatMap((succession) => {
    const by = succession.purpose === purpose ? keys.get(succession.predecessorId) : undefined
    const key = followerIn(succession)
    if (by === undefined || key === undefined || !saidSuccession(by, succession)) return []
    const id = keyIdOf(key)
    // Whoever else had the key may have named others.
    const isNamed = lastWord(heard, succession.predecessorId)?.followerIds.includes(id) ?? true
    if (!isNamed) return []
    keys.set(id, key)
    return [{ succession, key }]
  })
}

/** When a key ends by its own word on the one after it, in epoch milliseconds. */
export function endOf(
  purpose: RotatedPurpose,
  key: KeyObject,
  { learned, missed }: Pick<HeardKeys, 'learned' | 'missed'>,
): number {
  const id = keyIdOf(key)
  const ends = [...learned, ...missed].filter(
    (said) => said.purpose === purpose && said.predecessorId === id && saidSuccession(key, said),
  )
  return Math.min(Infinity, ...ends.map(({ predecessorEndsAt }) => Date.parse(predecessorEndsAt)))
}

/**
 * What a revoked key's word is still worth: the followers that it named each time that it said of itself that it was revoked, since one
 * time may not have been the hub, and when it was first revoked, in epoch milliseconds. Nothing for a key that was not.
 */
export function lastWord(
  { revoked }: Pick<HeardKeys, 'revoked'>,
  id: string,
): { followerIds: string[]; revokedAt: number } | undefined {
  const said = revoked.filter(({ keyId }) => keyId === id)
  const [first] = said
  if (first === undefined) return undefined
  return {
    followerIds: first.followerIds.filter((follower) =>
      said.every(({ followerIds }) => followerIds.includes(follower)),
    ),
    revokedAt: Math.min(...said.map(({ revokedAt }) => Date.parse(revokedAt))),
  }
}

export function isRevoked({ revoked }: Pick<HeardKeys, 'revoked'>, id: string): boolean {
  return revoked.some(({ keyId }) => keyId === id)
}

/** For commands that are typed beside the server, by this machine's clock. */
export function keysInForceAt(home: HomeFolder, purpose: RotatedPurpose): KeysById {
  return keysInForce(purpose, readTrust(home).trusted[purpose], heardKeys(home), Date.now())
}

export type MissedKey = { purpose: RotatedPurpose; fingerprint: string; publicKey: string }

/** Keys that a person here can trust: heard too late, and neither revoked nor trusted since. */
export function missedKeys(home: HomeFolder): MissedKey[] {
  const heard = heardKeys(home)
  const { trusted } = readTrust(home)
  return heard.missed.flatMap((succession) => {
    // Only such are kept.
    const purpose = succession.purpose as RotatedPurpose
    const key = followerIn(succession)
    if (key === undefined || trusted[purpose].has(keyIdOf(key)) || isRevoked(heard, keyIdOf(key))) return []
    return [{ purpose, fingerprint: fingerprintOf(key), publicKey: succession.publicKey }]
  })
}
