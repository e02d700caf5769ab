import * as fc from 'fast-check'
import { limits } from '@postern/protocol'
import { expect, test } from 'vitest'
import { backOffMs } from './back-off.ts'
import { bootMs } from './boot-clock.ts'
import { ProxyProblem } from '../proxy/proxy-problem.ts'
import { connectionProblem, ConnectionRefused, UpgradeRefused } from './connection-problem.ts'
import { HubClock } from './hub-clock.ts'
import { LeaseKeeper } from './lease-keeper.ts'
import { isRetryable } from './retryable.ts'
import { TlsOpened } from './tls-opened.ts'

const attempt = { executionId: 'e', attempt: 1 }

test('D10: a lease runs from when the heartbeat was sent, not from when it was answered', () => {
  let now = 1_000_000
  const leases = new LeaseKeeper(() => now)
  leases.heartbeatSent('h1', [attempt])
  now += 5000
  expect(leases.answered({ replyTo: 'h1', granted: [attempt] })).toEqual([])
  now = 1_000_000 + limits.leaseSeconds * 1000 - 1
  expect(leases.isHeld(attempt)).toBe(true)
  now += 1
  expect(leases.isHeld(attempt)).toBe(false)
  expect(leases.wasGranted(attempt)).toBe(true)
})

test('D10: an answer says nothing about attempts that its heartbeat did not name', () => {
  const leases = new LeaseKeeper(() => 0)
  leases.heartbeatSent('h1', [])
  expect(leases.answered({ replyTo: 'h1', granted: [attempt] })).toEqual([])
  expect(leases.wasGranted(attempt)).toBe(false)
})

test('D10: what the heartbeat named and the answer does not grant is lost', () => {
  const leases = new LeaseKeeper(() => 0)
  const other = { executionId: 'other', attempt: 2 }
  leases.heartbeatSent('h1', [attempt, other])
  expect(leases.answered({ replyTo: 'h1', granted: [other] })).toEqual([attempt])
})

test('D10: an answer to a heartbeat that was never sent, or long ago, grants nothing', () => {
  const leases = new LeaseKeeper(() => 1)
  for (let n = 0; n < 20; n += 1) leases.heartbeatSent(`h${n}`, [attempt])
  for (const replyTo of ['h0', 'unknown']) leases.answered({ replyTo, granted: [attempt] })
  expect(leases.isHeld(attempt)).toBe(false)
})

test('D10: answers out of order never shorten a lease', () => {
  let now = 0
  const leases = new LeaseKeeper(() => now)
  leases.heartbeatSent('h1', [attempt])
  now = 6000
  leases.heartbeatSent('h2', [attempt])
  leases.answered({ replyTo: 'h2', granted: [attempt] })
  leases.answered({ replyTo: 'h1', granted: [attempt] })
  now = 6000 + limits.leaseSeconds * 1000 - 1
  expect(leases.isHeld(attempt)).toBe(true)
})

test('the clock of leases moves forward', () => {
  const before = bootMs()
  expect(before).toBeGreaterThan(0)
  expect(bootMs()).toBeGreaterThanOrEqual(before)
})

test('D8: the offset is taken at the middle of the round trip, and believed up to five minutes', () => {
  let now = 1_000_000
  const clock = new HubClock(
    () => now,
    () => now,
  )
  now += 200
  clock.learn(1_000_000, 1_000_100 + 4 * 60_000)
  expect(clock.now()).toBe(now + 4 * 60_000)
  expect(clock.isBelievable).toBe(true)
  clock.learn(now, now - 6 * 60_000)
  expect(clock.isBelievable).toBe(false)
})

test.each([3_600_000, -3_600_000])(
  'D8: a wall clock that is set by %i ms leaves the hub’s time as it was, is not believed, and is again when it is set right',
  (setByMs) => {
    let wall = 1_000_000
    let steady = 500
    const clock = new HubClock(
      () => wall,
      () => steady,
    )
    clock.learn(clock.sentMs(), wall + 1000)
    expect([clock.now(), clock.offsetMs, clock.isBelievable]).toEqual([1_001_000, 1000, true])
    steady += 2000
    wall += 2000 + setByMs
    expect([clock.now(), clock.offsetMs, clock.isBelievable]).toEqual([1_003_000, 1000 - setByMs, false])
    clock.learn(clock.sentMs(), clock.now())
    expect(clock.isBelievable).toBe(false)
    wall -= setByMs
    expect([clock.offsetMs, clock.isBelievable]).toEqual([1000, true])
  },
)

test('a back-off grows, stays within its bounds and is spread', () => {
  const bounds = { firstMs: 500, longestMs: 30_000 }
  fc.assert(
    fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }), (tries, random) => {
      const ms = backOffMs(tries, bounds, random)
      expect(ms).toBeGreaterThanOrEqual(bounds.firstMs / 2)
      expect(ms).toBeLessThanOrEqual(bounds.longestMs)
    }),
  )
  expect(backOffMs(3, bounds, 0)).toBe(2000)
  expect(backOffMs(3, bounds, 1)).toBe(4000)
})

test.each([200, 204, 400, 404, 409, 413])('status %i is not tried again as if it were a failure', (status) => {
  expect(isRetryable(status)).toBe(false)
})
test.each([401, 403, 408, 425, 429, 500, 502, 503, 504])('status %i is tried again', (status) => {
  expect(isRetryable(status)).toBe(true)
})

test.each<[unknown, string]>([
  [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'nothing answers at hub:62000'],
  [Object.assign(new Error('x'), { code: 'ENOTFOUND' }), 'cannot be resolved'],
  [Object.assign(new Error('x'), { code: 'ETIMEDOUT' }), 'outbound TCP'],
  [Object.assign(new Error('x'), { code: 'CERT_HAS_EXPIRED' }), 'expired'],
  [
    TlsOpened.from(Object.assign(new Error('x'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), 'O=Middle\nCN=Box'),
    'TLS is being opened by O=Middle, CN=Box',
  ],
  [new ProxyProblem('credentials', 'proxy:3128', 'hub:62000', 407), 'Set proxyUsername and proxyPassword'],
  [new UpgradeRefused(400), 'let WebSocket (HTTP Upgrade) pass'],
  [Object.assign(new Error('x'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }), 'another name'],
  [Object.assign(new Error('x'), { code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA' }), "refused this server's certificate"],
  [new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]), 'nothing answers'],
  [new Error('outer', { cause: Object.assign(new Error('x'), { code: 'EHOSTUNREACH' }) }), 'firewall'],
  [new ConnectionRefused(5), 'refused this server'],
  [new ConnectionRefused(2), 'and its environment does not: ask an administrator of the hub to allow TLS inspection'],
  [new ConnectionRefused(4), 'was revoked: its identity was taken away there'],
  [new ConnectionRefused(3), 'not available'],
])('ES-3: why there is no connection is a sentence (%#)', (error, expected) => {
  expect(connectionProblem(error, 'hub', 62_000).sentence).toContain(expected)
})
