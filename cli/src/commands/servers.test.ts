import { readFileSync } from 'node:fs'
import { EnvironmentServer } from '@postern/protocol'
import { expect, test } from 'vitest'
import { describe as describeKeys } from './keys.ts'
import { wordsOfEnrolled } from './confirm-server.ts'
import { certificateWords, readNarrowing, stateOf, wordsOfPolicy } from './servers.ts'

const now = new Date('2026-11-21T12:00:00Z')
const example = new URL('../../../protocol/examples/EnvironmentServer.json', import.meta.url)
const server = EnvironmentServer.parse(JSON.parse(readFileSync(example, 'utf8')))

test('ES-22: the command line says when a certificate ends, and warns where it was not renewed in time', () => {
  const words = (certificateExpiresAt: string | null, presence: 'online' | 'revoked' = 'online') =>
    certificateWords({ certificateExpiresAt, presence }, now)
  expect(words('2027-02-01T00:00:00Z')).toBe('certificate until 2027-02-01')
  expect(words('2026-12-01T00:00:00Z')).toBe('CERTIFICATE ENDS 2026-12-01, not renewed')
  expect(words('2026-11-20T00:00:00Z')).toBe('CERTIFICATE ENDED 2026-11-20')
  expect([words(null), words('2027-02-01T00:00:00Z', 'revoked')]).toEqual(['no certificate', 'no certificate'])
})

test('ES-1: the list says of a server that is heard when nothing is placed on it: not confirmed, or drained', () => {
  const online = { presence: 'online' as const, confirmed: true, drainedAt: null, inspectedTls: null }
  expect(stateOf(online)).toBe('online')
  expect(stateOf({ ...online, drainedAt: '2026-11-21T12:00:00Z' })).toBe('online, drained since 2026-11-21T12:00:00Z')
  expect(stateOf({ ...online, confirmed: false })).toBe('online, NOT CONFIRMED, nothing runs there')
  for (const presence of ['waiting', 'revoked'] as const)
    expect(stateOf({ ...online, presence, confirmed: false })).toBe(presence)
})

test('S17: the list says who opens TLS on the way to a server, as the console does', () => {
  const online = { presence: 'online' as const, confirmed: true, drainedAt: null }
  expect(stateOf({ ...online, inspectedTls: 'CN=Reads Along Ltd' })).toBe('online, TLS is opened by CN=Reads Along Ltd')
})

test('S9: the shell shows who enrolled, with the command that confirms that key and no other', () => {
  const lines = wordsOfEnrolled({ ...server, keyFingerprint: 'ab12', confirmed: false })
  expect(lines.join('\n')).toContain('from 198.51.100.20; downloaded')
  expect(lines.at(-1)).toBe(`postern servers confirm ${server.serverXid} ab12`)
  expect(wordsOfEnrolled({ ...server, keyFingerprint: null }).join()).toContain('no fingerprint')
})

test('D36: what is to be narrowed is read list by list, and a policy is shown with who narrowed it and what became of that', () => {
  expect(readNarrowing({ apps: ['a_v1', 'b_v1'], targets: ['none'] }).narrowing).toEqual({
    apps: ['a_v1', 'b_v1'],
    targets: [],
  })
  for (const wrong of [{}, { directions: ['sideways'] }, { versions: ['no digest'] }])
    expect(() => readNarrowing(wrong)).toThrow()
  const narrowing = { apps: ['a_v1'] }
  const request = { commandId: 'c', requestedBy: 'chief', requestedAt: 'today', narrowing, detail: '' }
  const lists = { targets: { names: ['*.plant.example'], count: 7 }, settings: { names: [], count: 0 } }
  const lines = wordsOfPolicy({
    local: { lists, allowUnconfined: false, diskMegabytesMax: 4096, narrowedBy: [] },
    reportedAt: 'now',
    requests: [
      { ...request, state: 'applied', isInForce: true },
      { ...request, state: 'applied', isInForce: false },
      { ...request, state: 'refused', isInForce: false, detail: 'too many' },
    ],
  })
  expect(lines).toEqual([
    'From its own file, as reported now:',
    '  targets: *.plant.example and 6 more',
    '  settings: none',
    '  allowUnconfined: false',
    '  diskMegabytesMax: 4096',
    'Narrowed by chief, today: in force',
    '  apps: a_v1',
    'Narrowed by chief, today: taken back on the server',
    '  apps: a_v1',
    'Narrowed by chief, today: refused: too many',
    '  apps: a_v1',
    expect.stringContaining('policy clear-hub'),
  ])
})

test('ES-22: servers that missed a key are named, with what is to be typed on them (D7)', () => {
  const key = { purpose: 'command' as const, createdAt: 'then', madeBy: null, keyId: 'a'.repeat(16), revokedAt: null }
  const servers = [
    {
      serverXid: '7',
      name: 'North',
      environmentId: '1',
      environmentName: 'Plant',
      lastHeartbeatAt: null,
      lacks: ['command' as const],
    },
  ]
  const shown = (learntUntil: string) =>
    describeKeys(
      {
        keys: [
          { ...key, fingerprint: 'new', retiredAt: null, endsAt: null, learntUntil },
          { ...key, fingerprint: 'old', retiredAt: 'then', endsAt: 'later', learntUntil: null },
        ],
        serversWithout: servers,
        serversWithoutCount: 1,
        packagesToSign: 0,
        packagesToConfirm: [],
      },
      now,
    ).join('\n')
  expect(shown('2026-12-01T00:00:00Z')).toContain('learn the key in use by themselves if they connect until 2026-12-01')
  const ended = shown('2026-11-01T00:00:00Z')
  expect(ended).toContain('7 North, environment Plant, heard never')
  expect(ended).toContain('policy trust new')
})
