import type { HubKey } from '@postern/protocol'
import { expect, test } from 'vitest'
import { canBeRevoked, cureOf, keyFaceOf } from './key-words.ts'

const inUse: HubKey = {
  keyId: 'a'.repeat(16),
  purpose: 'command',
  fingerprint: 'in use',
  createdAt: '2026-11-01T00:00:00Z',
  madeBy: 'ada',
  retiredAt: null,
  endsAt: null,
  revokedAt: null,
  learntUntil: null,
}
const before: HubKey = {
  ...inUse,
  fingerprint: 'before',
  retiredAt: '2026-11-01T00:00:00Z',
  endsAt: '2026-12-01T00:00:00Z',
}
const nowMs = Date.parse('2026-11-21T00:00:00Z')
const lateMs = Date.parse('2026-12-02T00:00:00Z')

test('ES-22: a key signs, counts on, has ended or was revoked; what counts for nothing cannot be revoked', () => {
  const revoked = { ...before, revokedAt: '2026-11-20T00:00:00Z' }
  expect([inUse, before, revoked].map((key) => [keyFaceOf(key, nowMs).word, canBeRevoked(key, nowMs)])).toEqual([
    ['Signs', true],
    ['Counts on', true],
    ['Revoked', false],
  ])
  expect([keyFaceOf(before, lateMs).word, canBeRevoked(before, lateMs)]).toEqual(['Ended', false])
})

test('ES-22: servers learn a key while the word of the one before holds; after that somebody types its fingerprint there', () => {
  const key = { ...inUse, learntUntil: '2026-12-01T00:00:00Z' }
  expect(cureOf(key, nowMs)).toEqual({ words: expect.stringContaining('2026-12-01 00:00:00 UTC') })
  expect(cureOf(key, lateMs)).toMatchObject({ fingerprint: 'in use' })
  expect(cureOf(inUse, nowMs)).toMatchObject({ fingerprint: 'in use' })
})
