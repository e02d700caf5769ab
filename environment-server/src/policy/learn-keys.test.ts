import { SigningKey } from '@postern/dev/fake-hub'
import type { KeySuccessions } from '@postern/protocol'
import { createPublicKey } from 'node:crypto'
import { expect, test } from 'vitest'
import type { HeardKeys } from './heard-keys.ts'
import { keysInForce } from './keys-in-force.ts'
import { learnKeys } from './learn-keys.ts'
import { policyLimits } from './policy-limits.ts'

const now = Date.parse('2026-11-21T12:00:00Z')
const inHours = (hours: number) => new Date(now + hours * 3_600_000).toISOString()
const [pinned, ours, theirs] = [new SigningKey(), new SigningKey(), new SigningKey()]
const trusted = {
  command: new Map([[pinned.keyId, createPublicKey(pinned.publicKey)]]),
  publisher: new Map(),
  release: new Map(),
}

const nothing: HeardKeys = { learned: [], missed: [], revoked: [] }

/** What a server that trusts the pinned key for commands makes of these answers of its hub, one after another. */
function hearing(...answers: KeySuccessions[]) {
  let heard = nothing
  const kinds = answers.map((answer) => {
    const taken = learnKeys(trusted, heard, answer, now)
    heard = taken.heard
    return taken.news.map(({ kind }) => kind)
  })
  return { kinds, counts: [...keysInForce('command', trusted.command, heard, now).keys()] }
}

const both = [pinned.succession('command', theirs, inHours(1)), pinned.succession('command', ours, inHours(1))]

test('ES-22: a revoked key takes with it whom it named, but for those that it names then; said twice, only whom both name (D7)', () => {
  const byHub = { successions: both, revocations: [pinned.revocation(inHours(0), [ours])] }
  expect(hearing({ successions: both }, byHub)).toEqual({
    kinds: [['learned', 'learned'], ['revoked']],
    counts: [ours.keyId],
  })
  // Somebody else was first: nobody is trusted, rather than them.
  const byThem = { successions: both, revocations: [pinned.revocation(inHours(0), [theirs])] }
  expect(hearing(byThem)).toEqual({ kinds: [['revoked', 'learned', 'refused']], counts: [theirs.keyId] })
  expect(hearing(byThem, byHub)).toMatchObject({ counts: [] })
  // What is said again is no news.
  expect(hearing(byHub, { ...byHub, successions: [] }).kinds[1]).toEqual([])
})

test('ES-22: the word of a revoked key on its follower is taken for a day, and never past its own end (D7)', () => {
  const revokedBefore = (hours: number) => ({
    successions: both.slice(1),
    revocations: [pinned.revocation(inHours(-hours), [ours])],
  })
  expect(hearing(revokedBefore(23))).toEqual({ kinds: [['revoked', 'learned']], counts: [ours.keyId] })
  expect(hearing(revokedBefore(25))).toEqual({ kinds: [['revoked', 'missed']], counts: [] })
  const ended = [pinned.succession('command', ours, inHours(-1))]
  expect(hearing({ ...revokedBefore(23), successions: ended }).kinds).toEqual([['revoked', 'missed']])
  // Of a key that means nothing here there is nothing to end, and its word is worth nothing.
  const foreign = { successions: [], revocations: [theirs.revocation(inHours(0), [])] }
  expect(hearing(foreign)).toEqual({ kinds: [[]], counts: [pinned.keyId] })
})

test('ES-22: each revocation is judged once, however many keys a hub names: a hostile one does not keep the server busy (D7)', () => {
  let judged = 0
  const { signature, ...forged } = { ...theirs.revocation(inHours(0), []), keyId: pinned.keyId }
  const counted = {
    ...forged,
    get signature() {
      judged += 1
      return signature
    },
  }
  const named = Array.from({ length: 20 }, () => theirs.succession('command', new SigningKey(), inHours(1)))
  expect(hearing({ successions: named, revocations: [counted] }).kinds).toEqual([
    ['refused', ...named.map(() => 'missed')],
  ])
  expect(judged).toBe(1)
})

test('ES-22: a key that is pinned together with its follower, by a bundle of the time when both counted, ends with its word (D7)', () => {
  const pins = {
    ...trusted,
    command: new Map([pinned, ours].map((key) => [key.keyId, createPublicKey(key.publicKey)])),
  }
  const said = { successions: [pinned.succession('command', ours, inHours(1))] }
  const afterwards = Date.parse(inHours(2))
  // Also where the server starts so late that its word would be too late for one that is not pinned.
  for (const heardAt of [now, afterwards]) {
    const { heard } = learnKeys(pins, nothing, said, heardAt)
    expect([...keysInForce('command', pins.command, heard, afterwards).keys()]).toEqual([ours.keyId])
  }
  const { heard } = learnKeys(pins, nothing, said, now)
  expect([...keysInForce('command', pins.command, heard, now).keys()]).toEqual([pinned.keyId, ours.keyId])
  expect(learnKeys(pins, heard, said, afterwards).news).toEqual([])
})

test('ES-22: keys of one purpose take no room from those of others, nor those that a revoked key named from its followers (D7)', () => {
  const pins = { ...trusted, publisher: trusted.command }
  const theirKeys = Array.from({ length: policyLimits.learnedKeysMax }, () => new SigningKey())
  const filling = theirKeys.map((key) => pinned.succession('publisher', key, inHours(1)))
  const full = learnKeys(pins, nothing, { successions: filling }, now).heard
  const successions = [pinned.succession('publisher', ours, inHours(1)), pinned.succession('command', ours, inHours(1))]
  expect(learnKeys(pins, full, { successions }, now).news.map(({ kind }) => kind)).toEqual(['missed', 'learned'])
  const revocations = [pinned.revocation(inHours(0), [ours])]
  const { news, heard } = learnKeys(pins, full, { successions, revocations }, now)
  expect(news.map(({ kind }) => kind)).toEqual(['revoked', 'learned', 'learned'])
  expect(heard.learned).toHaveLength(policyLimits.missedKeysMax + successions.length)
})

test('ES-22: keys that came and went before those that the bundle pins are no news, and those learned before a new bundle take no room (D7)', () => {
  const [first, second] = [new SigningKey(), new SigningKey()]
  const successions = [
    first.succession('command', second, inHours(-2)),
    second.succession('command', pinned, inHours(-1)),
    pinned.succession('command', ours, inHours(1)),
  ]
  expect(hearing({ successions })).toEqual({ kinds: [['learned']], counts: [pinned.keyId, ours.keyId] })
  const early = Array.from({ length: policyLimits.missedKeysMax }, () =>
    first.succession('command', second, inHours(-2)),
  )
  const before = { ...nothing, learned: [...early, ...successions.slice(0, 2)] }
  const { learned } = learnKeys(trusted, before, { successions }, now).heard
  expect(learned).toEqual([...early.slice(2), ...successions])
})

test('ES-22: what a key said is verified once, however often commands and packages ask which keys count (D7)', () => {
  let verified = 0
  const { signature, ...said } = pinned.succession('command', ours, inHours(1))
  const counted = {
    ...said,
    get signature() {
      verified += 1
      return signature
    },
  }
  const heard = { ...nothing, learned: [counted] }
  for (let command = 0; command < 3; command += 1)
    expect([...keysInForce('command', trusted.command, heard, now).keys()]).toEqual([pinned.keyId, ours.keyId])
  expect(verified).toBe(1)
})

test('ES-22: a hub that names and revokes keys of its own leaves room for the revocation of one that is trusted (D7)', () => {
  const own = Array.from({ length: policyLimits.revokedKeysMax }, () => new SigningKey())
  const filling = {
    successions: own.map((key) => theirs.succession('command', key, inHours(1))),
    revocations: own.map((key) => key.revocation(inHours(0), [])),
  }
  const byHub = { successions: [], revocations: [pinned.revocation(inHours(0), [])] }
  const { kinds, counts } = hearing(filling, byHub)
  // Nor does it fill log and audit.
  expect(kinds[0]).toHaveLength(2 * policyLimits.missedKeysMax)
  expect(kinds[1]).toEqual(['revoked'])
  expect(counts).toEqual([])
})
