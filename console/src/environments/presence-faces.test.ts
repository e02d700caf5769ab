import { readFileSync } from 'node:fs'
import type { EnvironmentServer } from '@postern/protocol'
import { expect, test } from 'vitest'
import { byPresence, needsConfirmation, presenceCounts, presenceFaces, readiness } from './presence-faces.ts'

function server(changes: Partial<EnvironmentServer>): EnvironmentServer {
  return {
    serverXid: '1',
    name: 'North 1',
    presence: 'online',
    presenceReason: 'Its last heartbeat came 2 s ago.',
    confirmed: true,
    keyFingerprint: 'ab',
    enrolledFrom: '192.0.2.1',
    enrolledAt: '2026-11-20T10:00:00Z',
    lastHeartbeatAt: '2026-11-20T10:00:00Z',
    version: '0.1.0',
    platform: null,
    tier: 'isolated',
    downloadedBy: 'ada',
    downloadedAt: '2026-11-20T09:00:00Z',
    drainedAt: null,
    certificateExpiresAt: null,
    compromisedFrom: null,
    setAside: null,
    inspectedTls: null,
    ...changes,
  }
}

test('ES-15: each presence is explained by the figures that the operating manual states', () => {
  const manual = readFileSync(new URL('../../../docs/operating/presence.md', import.meta.url), 'utf8')
  for (const presence of Object.keys(presenceFaces)) expect(manual).toContain(`| ${presence} |`)
  for (const presence of ['online', 'unknown', 'offline'] as const) {
    const row = manual.split('\n').find((line) => line.startsWith(`| ${presence} |`)) ?? ''
    const figures = (text: string) => text.match(/\d+ s/g)
    expect(figures(presenceFaces[presence].meaning)).toEqual(figures(row))
  }
})

test('servers that need attention come first and revoked ones last', () => {
  const servers = (['revoked', 'waiting', 'online', 'offline', 'unknown', 'online'] as const).map((presence) =>
    server({ presence }),
  )
  expect(byPresence(servers).map(({ presence }) => presence)).toEqual([
    'offline',
    'unknown',
    'online',
    'online',
    'waiting',
    'revoked',
  ])
  expect(presenceCounts(servers)[2]).toEqual({ presence: 'online', count: 2 })
})

test('S9: a person confirms who enrolled late; not who waits, and not who was revoked', () => {
  expect(needsConfirmation(server({ confirmed: false }))).toBe(true)
  expect(needsConfirmation(server({ confirmed: false, enrolledAt: null, presence: 'waiting' }))).toBe(false)
  expect(needsConfirmation(server({ confirmed: false, presence: 'revoked' }))).toBe(false)
  expect(needsConfirmation(server({}))).toBe(false)
})

test.each([
  [[], 'No server yet'],
  [[server({ presence: 'revoked' })], 'Executions wait: every server was revoked'],
  [[server({ confirmed: false })], 'Executions wait until a fingerprint is confirmed'],
  [[server({ presence: 'offline' })], 'Executions wait: no server is online'],
  [[server({}), server({ presence: 'offline' })], '1 server takes executions'],
])('of %j it is said what executions meet', (servers, words) => {
  expect(readiness(servers)).toContain(words)
})

test('a drained server takes nothing, and an unhealthy one still does', () => {
  const drainedAt = '2026-11-20T10:00:00Z'
  expect(readiness([server({ presence: 'unhealthy' }), server({ drainedAt })])).toBe('1 server takes executions')
  expect(readiness([server({ drainedAt })])).toBe('Executions wait: every server that is online is drained')
})
