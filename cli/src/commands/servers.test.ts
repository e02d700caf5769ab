import { expect, test } from 'vitest'
import { describe as describeKeys } from './keys.ts'
import { certificateWords, readNarrowing, wordsOfPolicy } from './servers.ts'

const now = new Date('2026-11-21T12:00:00Z')

test('ES-22: the command line says when a certificate ends, and warns where it was not renewed in time', () => {
  const words = (certificateExpiresAt: string | null, presence: 'online' | 'revoked' = 'online') =>
    certificateWords({ certificateExpiresAt, presence }, now)
  expect(words('2027-02-01T00:00:00Z')).toBe('certificate until 2027-02-01')
  expect(words('2026-12-01T00:00:00Z')).toBe('CERTIFICATE ENDS 2026-12-01, not renewed')
  expect(words('2026-11-20T00:00:00Z')).toBe('CERTIFICATE ENDED 2026-11-20')
  expect([words(null), words('2027-02-01T00:00:00Z', 'revoked')]).toEqual(['no certificate', 'no certificate'])
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
  const key = { purpose: 'command' as const, createdAt: 'then', keyId: 'a'.repeat(16) }
  const servers = [
    { serverXid: '7', name: 'North', environmentId: '1', environmentName: 'Plant', lastHeartbeatAt: null },
  ]
  const shown = (endsAt: string) =>
    describeKeys(
      {
        keys: [
          { ...key, fingerprint: 'new', retiredAt: null, endsAt: null },
          { ...key, fingerprint: 'old', retiredAt: 'then', endsAt },
        ],
        serversWithout: servers,
        serversWithoutCount: 1,
      },
      now,
    ).join('\n')
  expect(shown('2026-12-01T00:00:00Z')).toContain('They are commanded by the key before')
  const ended = shown('2026-11-01T00:00:00Z')
  expect(ended).toContain('7 North, environment Plant, heard never')
  expect(ended).toContain('policy trust new')
})
