import { readFileSync } from 'node:fs'
import { limits } from '@postern/protocol'
import { expect, test } from 'vitest'
import { onlineSeconds, presenceOf, unknownSeconds } from './presence.ts'

const enrolledAt = new Date('2026-11-20T08:00:00Z')
const lastHeartbeatAt = new Date('2026-11-20T12:00:00Z')

function shown(secondsAfter: number, changes: Partial<Parameters<typeof presenceOf>[0]> = {}): string {
  const facts = { enrolledAt, revokedAt: null, lastHeartbeatAt, ...changes }
  return presenceOf(facts, new Date((facts.lastHeartbeatAt ?? enrolledAt).getTime() + secondsAfter * 1000))
}

test.each([
  [0, 'online'],
  [20, 'online'],
  [20.001, 'unknown'],
  [90, 'unknown'],
  [90.001, 'offline'],
  [-5, 'online'],
])('ES-15: %s s after the last heartbeat an environment server is shown %s', (seconds, presence) => {
  expect(shown(seconds)).toBe(presence)
})

test('ES-15: before enrolment it is waiting, after revocation revoked, whatever heartbeats say', () => {
  expect(shown(0, { enrolledAt: null, lastHeartbeatAt: null })).toBe('waiting')
  expect(shown(0, { revokedAt: new Date() })).toBe('revoked')
})

test('ES-15: one that enrolled and never spoke is not called online', () => {
  expect(shown(1, { lastHeartbeatAt: null })).toBe('unknown')
  expect(shown(91, { lastHeartbeatAt: null })).toBe('offline')
})

test('ES-15: the documented rule is the one in force', () => {
  const text = readFileSync(new URL('../../../docs/operating/presence.md', import.meta.url), 'utf8')
  expect(text).toContain(`Heartbeats are sent every ${limits.heartbeatSeconds} s`)
  expect(text).toContain(`| online | the last heartbeat is at most ${onlineSeconds} s old |`)
  expect(text).toContain(`more than ${onlineSeconds} s and at most ${unknownSeconds} s old`)
  expect(text).toContain(`| offline | the last heartbeat is more than ${unknownSeconds} s old |`)
})
