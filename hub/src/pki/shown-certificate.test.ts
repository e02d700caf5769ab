import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestHub, type TestHub } from '../environments/test-hub.ts'
import { shownCertificate } from './shown-certificate.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await createTestHub()
})
afterAll(async () => {
  await hub.close()
})

test('ES-27: the certificate stays the same until the names of the hub are others, or a day is over', async () => {
  let hosts = ['hub.example.org']
  const material = shownCertificate(hub.authority, { knownHosts: () => Promise.resolve(hosts) }, hub.clock)
  const first = await material()
  const names = ({ cert }: { cert: string }) => new X509Certificate(cert).subjectAltName?.split(', ') ?? []
  expect(names(first)).toContain('DNS:hub.example.org')
  hub.clock.advance(86_399)
  expect(await material()).toBe(first)

  hosts = ['moved.example.org', 'hub.example.org']
  const second = await material()
  expect(names(second)).toEqual(expect.arrayContaining(['DNS:moved.example.org', 'DNS:hub.example.org']))
  hub.clock.advance(86_399)
  expect(await material()).toBe(second)
  hub.clock.advance(1)
  const third = await material()
  expect(third.cert).not.toBe(second.cert)
  expect(names(third)).toEqual(names(second))
})
