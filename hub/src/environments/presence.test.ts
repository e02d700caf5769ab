import { readFileSync } from 'node:fs'
import { limits, Telemetry } from '@postern/protocol'
import { expect, test } from 'vitest'
import { healthyBounds } from '../telemetry/ailments.ts'
import {
  type Judgement,
  lockedSecondsMax,
  onlineSeconds,
  type PresenceFacts,
  presenceOf,
  telemetrySecondsMax,
  unknownSeconds,
} from './presence.ts'

const enrolledAt = new Date('2026-11-20T08:00:00Z')
const lastHeartbeatAt = new Date('2026-11-20T12:00:00Z')
const well = Telemetry.parse(
  JSON.parse(readFileSync(new URL('../../../protocol/examples/Telemetry.json', import.meta.url), 'utf8')),
)

function judged(secondsAfter: number, changes: Partial<PresenceFacts> = {}): Judgement {
  const telemetry = { at: lastHeartbeatAt, said: well }
  const facts: PresenceFacts = {
    enrolledAt,
    enrolmentExpiresAt: null,
    revokedAt: null,
    lastHeartbeatAt,
    state: 'ready',
    telemetry,
    lockedSaidAt: null,
    ...changes,
  }
  return presenceOf(facts, new Date((facts.lastHeartbeatAt ?? enrolledAt).getTime() + secondsAfter * 1000))
}

function shown(secondsAfter: number, changes: Partial<PresenceFacts> = {}): string {
  return judged(secondsAfter, changes).presence
}

function says(figures: Partial<Telemetry>): Partial<PresenceFacts> {
  return { telemetry: { at: lastHeartbeatAt, said: { ...well, ...figures } } }
}

test.each([
  [0, 'online'],
  [30, 'online'],
  [30.001, 'unknown'],
  [120, 'unknown'],
  [120.001, 'offline'],
  [-5, 'online'],
])('ES-15: %s s after the last heartbeat an environment server is shown %s', (seconds, presence) => {
  expect(shown(seconds)).toBe(presence)
})

test('ES-15: before enrolment it is waiting, after revocation revoked, whatever heartbeats say', () => {
  expect(shown(0, { enrolledAt: null, lastHeartbeatAt: null })).toBe('waiting')
  expect(shown(0, { revokedAt: new Date() })).toBe('revoked')
})

test('ES-15: one whose bundle was not used in time is said to wait in vain', () => {
  const waits = { enrolledAt: null, lastHeartbeatAt: null, enrolmentExpiresAt: new Date(enrolledAt.getTime() + 60_000) }
  expect(judged(59, waits).presenceReason).toBe('It was downloaded and has not enrolled yet.')
  expect(judged(60, waits)).toEqual({
    presence: 'waiting',
    presenceReason:
      'Its bundle was not used in time and is good for nothing any more. Download another one, and revoke this server.',
  })
})

test('ES-15: one that enrolled and never spoke is not called online', () => {
  expect(shown(1, { lastHeartbeatAt: null })).toBe('unknown')
  expect(shown(121, { lastHeartbeatAt: null })).toBe('offline')
})

test.each([
  [{ diskFreeBytes: 4.9, diskTotalBytes: 100 }, 'its disk has 4.9 % left (below 5 %)'],
  [{ memoryFreeBytes: 1, memoryTotalBytes: 1000 }, 'its memory has 0.1 % left (below 5 %)'],
  [{ queueWaitSeconds: 660 }, 'its queue has kept an execution waiting for 11 minutes (longer than 10)'],
  [{ clockOffsetSeconds: -61 }, "its clock is 61 s off the hub's (more than 60 s)"],
])('ES-15: a server that says %j is unhealthy, and the sentence says why', (figures, reason) => {
  expect(judged(3, says(figures))).toEqual({ presence: 'unhealthy', presenceReason: `It is online, but ${reason}.` })
})

test('ES-15: a locked keychain makes it unhealthy; several reasons are all named; at the bound itself it is well', () => {
  const locked = judged(3, { state: 'locked', ...says({ clockOffsetSeconds: 75 }) })
  expect(locked.presenceReason).toBe(
    "It is online, but its keychain is locked, so that nothing runs; its clock is 75 s off the hub's (more than 60 s).",
  )
  const bounds = { diskFreeBytes: 5, diskTotalBytes: 100, memoryFreeBytes: 5, memoryTotalBytes: 100 }
  expect(shown(3, says({ ...bounds, queueWaitSeconds: 600, clockOffsetSeconds: 60 }))).toBe('online')
  expect(shown(3, says({ diskTotalBytes: 0, diskFreeBytes: 0 }))).toBe('online')
})

test('ES-15: silence outweighs illness, and telemetry that is old says nothing', () => {
  const ill = { ...well, diskFreeBytes: 0 }
  expect(shown(31, { telemetry: { at: lastHeartbeatAt, said: ill } })).toBe('unknown')
  const old = new Date(lastHeartbeatAt.getTime() - (telemetrySecondsMax + 1) * 1000)
  expect(shown(0, { telemetry: { at: old, said: ill } })).toBe('online')
  // Sent every five minutes it holds for longer.
  expect(shown(0, { telemetry: { at: old, said: { ...ill, periodSeconds: 300 } } })).toBe('unhealthy')
  expect(shown(0, { telemetry: undefined })).toBe('online')
})

test('ES-10: a server that says that its keychain is locked is unhealthy, until it works or is silent about that too', () => {
  const lockedSaidAt = new Date(lastHeartbeatAt.getTime() + 60_000)
  expect(judged(70, { lockedSaidAt })).toEqual({
    presence: 'unhealthy',
    presenceReason: expect.stringContaining('waits for its master password (it said so 10 s ago)'),
  })
  expect(shown(180, { lockedSaidAt })).toBe('unhealthy')
  expect(shown(180.001, { lockedSaidAt })).toBe('offline')
  expect(shown(1, { lockedSaidAt: new Date(lastHeartbeatAt.getTime() - 1) })).toBe('online')
  expect(shown(70, { lockedSaidAt, revokedAt: new Date() })).toBe('revoked')
})

test('ES-15: the documented rule is the one in force', () => {
  const text = readFileSync(new URL('../../../docs/operating/presence.md', import.meta.url), 'utf8')
  expect(text).toContain(`Heartbeats are sent every ${limits.heartbeatSeconds} s`)
  expect(text).toContain(`| online | the last heartbeat is at most ${onlineSeconds} s old,`)
  expect(text).toContain(`more than ${onlineSeconds} s and at most ${unknownSeconds} s old`)
  expect(text).toContain(`| offline | the last heartbeat is more than ${unknownSeconds} s old |`)
  expect(text).toContain(`less than ${healthyBounds.diskFreePercentMin} % of its disk`)
  expect(text).toContain(`less than ${healthyBounds.memoryFreePercentMin} % of its memory`)
  expect(text).toContain(`more than ${healthyBounds.queueWaitSecondsMax / 60} minutes`)
  expect(text).toContain(`more than ${healthyBounds.clockOffsetSecondsMax} s off`)
  expect(text).toContain(`older than ${telemetrySecondsMax} s`)
  expect(text).toContain(`heard within ${limits.leaseSeconds} s`)
  expect(text).toContain(`every 30 s; it counts for ${lockedSecondsMax} s`)
})
