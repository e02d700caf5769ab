import {
  type KeyRevocation,
  type KeySuccession,
  type KeySuccessions,
  revokedWordHours,
  RotatedPurpose,
} from '@postern/protocol'
import type { KeyObject } from 'node:crypto'
import * as z from 'zod/mini'
import { fingerprintOf } from '../home/key-fingerprint.ts'
import { keyIdOf } from '../home/trust.ts'
import type { HeardKeys } from './heard-keys.ts'
import { endOf, keysByTheirWords, type KeysById, lastWord, wordsOfKnownKeys } from './keys-in-force.ts'
import { policyLimits } from './policy-limits.ts'
import { followerIn, saidRevocation, saidSuccession } from './said-by-key.ts'

export type TrustedKeys = Readonly<Record<RotatedPurpose, KeysById>>

/** What a server did about one thing that the hub's keys are said to have said. */
export type KeyNews =
  | { kind: 'learned' | 'missed'; purpose: RotatedPurpose; fingerprint: string }
  | { kind: 'revoked'; purposes: RotatedPurpose[]; fingerprint: string }
  | { kind: 'refused'; why: string }

const revokedWordMs = revokedWordHours * 60 * 60 * 1000

/**
 * Takes what the hub's keys say of those that follow them, in their order, and of themselves (D7): nothing without the word of a key that
 * is known here.
 * @param now epoch milliseconds by the hub's clock
 * @returns what is kept from now on, and what of it is new or was refused
 */
export function learnKeys(
  trusted: TrustedKeys,
  kept: HeardKeys,
  { successions, revocations = [] }: KeySuccessions,
  now: number,
): { heard: HeardKeys; news: KeyNews[] } {
  const heard: HeardKeys = { learned: [...kept.learned], missed: [...kept.missed], revoked: [...kept.revoked] }
  const news: KeyNews[] = []
  const known = knownKeys(trusted, kept)
  const revocationsOf = Map.groupBy(revocations, ({ keyId }) => keyId)
  // First, since the word of a key that is revoked is worth less; and with each key that becomes known those of that one.
  takeRevocations(revocations)
  for (const succession of successions) {
    const purpose = z.safeParse(RotatedPurpose, succession.purpose)
    const isHeard = [...heard.learned, ...heard.missed].some(({ signature }) => signature === succession.signature)
    if (!purpose.success || isHeard) continue
    takeSuccession(purpose.data, succession)
  }
  const bounded = withinBounds(trusted, heard)
  return { heard: bounded, news: keptOf(news, bounded) }

  function takeSuccession(purpose: RotatedPurpose, succession: KeySuccession): void {
    const key = followerIn(succession)
    const judged = judge(trusted[purpose], heard, { purpose, succession, key }, now)
    // One that the bundle pins or a person trusts has nothing to be missed for; that it follows another one ends that one all the same.
    if (key !== undefined && trusted[purpose].has(keyIdOf(key)) && !('as' in judged && judged.as === 'learned')) return
    // Of what a hub says of all its years, what is over is no news to a server that never knew of it.
    const isOver = key !== undefined && endOf(purpose, key, { learned: successions, missed: [] }) <= now
    if (isOver && !known.has(succession.predecessorId)) return
    if ('why' in judged) return void news.push({ kind: 'refused', why: judged.why })
    heard[judged.as].push(succession)
    news.push({ kind: judged.as, purpose, fingerprint: fingerprintOf(judged.key) })
    const id = keyIdOf(judged.key)
    if (known.has(id)) return
    known.set(id, judged.key)
    takeRevocations(revocationsOf.get(id) ?? [])
  }

  function takeRevocations(said: readonly KeyRevocation[]): void {
    for (const revocation of said) {
      // A second word only ever takes away, whoever says it.
      const before = lastWord(heard, revocation.keyId)
      if (before?.followerIds.every((id) => revocation.followerIds.includes(id))) continue
      const by = known.get(revocation.keyId)
      // Of a key that means nothing here: it is said again, should that ever change.
      if (by === undefined) continue
      const why = revocationProblem(by, revocation, heard)
      if (why !== undefined) {
        if (!news.some((each) => each.kind === 'refused' && each.why === why)) news.push({ kind: 'refused', why })
        continue
      }
      const purposes = RotatedPurpose.options.filter((purpose) =>
        keysByTheirWords(purpose, trusted[purpose], heard).has(revocation.keyId),
      )
      heard.revoked.push(revocation)
      news.push({ kind: 'revoked', purposes, fingerprint: fingerprintOf(by) })
    }
  }
}

/**
 * What a hub says of keys that nobody here trusts takes little room, and none from what it says of the others; likewise what was learned
 * from keys that are trusted no more, since they were revoked or a new bundle pins others.
 */
function withinBounds(trusted: TrustedKeys, heard: HeardKeys): HeardKeys {
  const { missedKeysMax } = policyLimits
  const { learned, missed, revoked } = heard
  const leading = RotatedPurpose.options.flatMap((purpose) => wordsOfKnownKeys(purpose, trusted[purpose], heard))
  const isLeading = new Set(leading.map(({ succession }) => succession))
  const everTrusted = new Set(
    RotatedPurpose.options.flatMap((purpose) => [...keysByTheirWords(purpose, trusted[purpose], heard).keys()]),
  )
  const ofOthers = revoked.filter(({ keyId }) => !everTrusted.has(keyId))
  const forgotten = new Set(ofOthers.slice(0, -missedKeysMax))
  const leadingNowhere = learned.filter((succession) => !isLeading.has(succession))
  const forgottenWords = new Set(leadingNowhere.slice(0, -missedKeysMax))
  return {
    learned: learned.filter((succession) => !forgottenWords.has(succession)),
    missed: missed.slice(-missedKeysMax),
    revoked: revoked.filter((revocation) => !forgotten.has(revocation)),
  }
}

/** Without what is not kept: it is said again with each answer, and would fill log and audit. */
function keptOf(news: readonly KeyNews[], { missed, revoked }: HeardKeys): KeyNews[] {
  const missedPrints = new Set(missed.flatMap((succession) => followerIn(succession) ?? []).map(fingerprintOf))
  const revokedIds = new Set(revoked.map(({ keyId }) => keyId))
  return news.filter((each) => {
    if (each.kind === 'missed') return missedPrints.has(each.fingerprint)
    return each.kind !== 'revoked' || revokedIds.has(each.fingerprint.slice(0, 16))
  })
}

type Judged = { as: 'learned' | 'missed'; key: KeyObject } | { why: string }

function judge(
  trusted: KeysById,
  heard: HeardKeys,
  { purpose, succession, key }: { purpose: RotatedPurpose; succession: KeySuccession; key: KeyObject | undefined },
  now: number,
): Judged {
  const { predecessorId } = succession
  if (key === undefined) return { why: `What is said to follow the ${purpose} key ${predecessorId} is no key.` }
  const follower = `the ${purpose} key ${fingerprintOf(key)}`
  const by = keysByTheirWords(purpose, trusted, heard).get(predecessorId)
  // Somebody said it who is not known here, or not any more: a person may know better.
  if (by === undefined) return { as: 'missed', key }
  if (!saidSuccession(by, succession)) {
    return { why: `The hub announces ${follower} as named by ${predecessorId}, which did not sign that.` }
  }
  const ofRevoked = lastWord(heard, predecessorId)
  if (ofRevoked && !ofRevoked.followerIds.includes(keyIdOf(key))) {
    return {
      why: `The hub announces ${follower} by the word of ${predecessorId}, which was revoked and did not name it then.`,
    }
  }
  const wordEndsAt = ofRevoked ? ofRevoked.revokedAt + revokedWordMs : endOf(purpose, by, { ...heard, missed: [] })
  const isInTime = trusted.has(keyIdOf(key)) || now < Math.min(wordEndsAt, Date.parse(succession.predecessorEndsAt))
  const hasRoom = wordsOfKnownKeys(purpose, trusted, heard).length < policyLimits.learnedKeysMax
  return { as: isInTime && hasRoom ? 'learned' : 'missed', key }
}

function revocationProblem(by: KeyObject, revocation: KeyRevocation, { revoked }: HeardKeys): string | undefined {
  if (!saidRevocation(by, revocation))
    return `The hub announces that key ${revocation.keyId} was revoked, which that key did not sign.`
  if (revoked.length < policyLimits.revokedKeysMax) return undefined
  return `${policyLimits.revokedKeysMax} keys were revoked here already. Enrol this server anew by a new bundle.`
}

/** All keys that are known here, by id, for whatever purpose, in force or not. */
function knownKeys(trusted: TrustedKeys, { learned, missed }: HeardKeys): Map<string, KeyObject> {
  const followers = [...learned, ...missed].flatMap((succession) => followerIn(succession) ?? [])
  return new Map([
    ...followers.map((key) => [keyIdOf(key), key] as const),
    ...RotatedPurpose.options.flatMap((purpose) => [...trusted[purpose]]),
  ])
}
