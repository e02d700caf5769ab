import { KeySuccession, keySuccessionMessage } from '@postern/protocol'
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { existsSync } from 'node:fs'
import * as z from 'zod/mini'
import { writeAtomically } from '../home/atomic-file.ts'
import type { HomeFolder } from '../home/home-folder.ts'
import { parseFile } from '../home/parse-file.ts'
import { readJson } from '../home/settings.ts'
import { keyIdOf } from '../home/trust.ts'
import { policyLimits } from './policy-limits.ts'
import { fingerprintOf } from '../home/key-fingerprint.ts'

/** `keystore/learned-keys.json`: what this server heard of command keys that follow each other (D7). It alone writes it. */
const LearnedKeys = z.object({
  /** Heard in time, in their order. */
  learned: z.array(KeySuccession).check(z.maxLength(policyLimits.learnedKeysMax)),
  /** Heard when the key that says it counted no more, or was never trusted here: only a person can trust these. */
  missed: z.array(KeySuccession).check(z.maxLength(policyLimits.missedKeysMax)),
})
export type LearnedKeys = z.infer<typeof LearnedKeys>

type Home = Pick<HomeFolder, 'learnedKeysFile'>

export function learnedKeys({ learnedKeysFile: file }: Home): LearnedKeys {
  return existsSync(file) ? parseFile(LearnedKeys, readJson(file), file) : { learned: [], missed: [] }
}

/**
 * The keys whose commands count at a time: pinned by the bundle or trusted by a person here, and those that they or their followers named
 * in time. A key that has itself named its end counts until then.
 * @param trusted by key id @param now epoch milliseconds by the hub's clock
 */
export function commandKeysInForce(
  trusted: ReadonlyMap<string, KeyObject>,
  { learned, missed }: LearnedKeys,
  now: number,
): Map<string, KeyObject> {
  const keys = new Map(trusted)
  const ended = new Set<string>()
  for (const succession of [...learned, ...missed]) {
    const { predecessorId, predecessorEndsAt } = succession
    const by = keys.get(predecessorId)
    const key = by && followerBy(by, succession)
    if (key === undefined) continue
    if (learned.includes(succession)) keys.set(keyIdOf(key), key)
    if (Date.parse(predecessorEndsAt) <= now) ended.add(predecessorId)
  }
  for (const id of ended) keys.delete(id)
  return keys
}

/**
 * Takes what the hub's keys say of those that follow them, in their order: nothing without the word of a key that counts now.
 * @param now epoch milliseconds by the hub's clock
 * @returns what is kept from now on, with what was not kept before
 */
export function learn(
  trusted: ReadonlyMap<string, KeyObject>,
  kept: LearnedKeys,
  said: readonly KeySuccession[],
  now: number,
): LearnedKeys & { isNew: boolean; newlyLearned: string[]; newlyMissed: string[] } {
  const learned = [...kept.learned]
  const missed = [...kept.missed]
  const [newlyLearned, newlyMissed]: [string[], string[]] = [[], []]
  for (const succession of said) {
    if (succession.purpose !== 'command') continue
    if ([...learned, ...missed].some(({ signature }) => signature === succession.signature)) continue
    const key = publicKeyOf(succession)
    // One that a person trusted here already has nothing to be missed for.
    if (key === undefined || trusted.has(keyIdOf(key))) continue
    const by = commandKeysInForce(trusted, { learned, missed: [] }, now).get(succession.predecessorId)
    const isInTime = by !== undefined && followerBy(by, succession) !== undefined
    if (isInTime && learned.length < policyLimits.learnedKeysMax && now < Date.parse(succession.predecessorEndsAt)) {
      learned.push(succession)
      newlyLearned.push(fingerprintOf(key))
    } else {
      missed.push(succession)
      newlyMissed.push(fingerprintOf(key))
    }
  }
  const isNew = newlyLearned.length + newlyMissed.length > 0
  return { learned, missed: missed.slice(-policyLimits.missedKeysMax), isNew, newlyLearned, newlyMissed }
}

export function keepLearned({ learnedKeysFile }: Home, { learned, missed }: LearnedKeys): void {
  writeAtomically(learnedKeysFile, `${JSON.stringify({ learned, missed }, null, 2)}\n`)
}

/** Keys that a person here can trust, by fingerprint. */
export function missedKeys(home: Home): { fingerprint: string; publicKey: string }[] {
  return learnedKeys(home).missed.flatMap((succession) => {
    const key = publicKeyOf(succession)
    return key === undefined ? [] : [{ fingerprint: fingerprintOf(key), publicKey: succession.publicKey }]
  })
}

/** The key that this one names as its follower; nothing if it did not say so. */
function followerBy(by: KeyObject, succession: KeySuccession): KeyObject | undefined {
  const message = Buffer.from(keySuccessionMessage(succession))
  return verify(null, message, by, Buffer.from(succession.signature, 'base64')) ? publicKeyOf(succession) : undefined
}

function publicKeyOf({ publicKey }: KeySuccession): KeyObject | undefined {
  try {
    const key = createPublicKey(publicKey)
    return key.asymmetricKeyType === 'ed25519' ? key : undefined
  } catch {
    // No key at all: nobody can follow anybody with it.
    return undefined
  }
}
