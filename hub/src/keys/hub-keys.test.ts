import { createPublicKey, verify } from 'node:crypto'
import { HubKeys, KeySuccessions, keyOverlapDays, keySuccessionMessage, paths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Environments, Member } from '../environments/environments.ts'
import { type EnrolledServer, enrolNewServer, testEnvironments } from '../environments/test-enrolment.ts'
import { createTestHub, person, type TestHub } from '../environments/test-hub.ts'
import { signCommand } from '../executions/build-command.ts'
import type { Server } from '../http/server.ts'
import { commandHeader } from '../server-settings/ask-server.ts'
import { createServerSettings, type ServerSettingsFeature } from '../server-settings/server-settings.ts'
import { createHubKeys } from './hub-keys.ts'
import { keyRoutes } from './routes.ts'

let hub: TestHub
let server: Server
let environments: Environments
let settings: ServerSettingsFeature
let enrolled: EnrolledServer

beforeAll(async () => {
  hub = await createTestHub()
  const { database, audit, keys, clock } = hub
  const parts = { db: database.db, keys, clock, audit }
  environments = testEnvironments(hub)
  settings = createServerSettings({ ...parts, environments })
  server = await hub.server((server) => keyRoutes(server, createHubKeys(parts)))
  const caller = person('organization-administrator', hub.organizationId) as Member
  enrolled = await enrolNewServer(environments, caller, (await environments.create(caller, { name: 'Plant' })).id)
})
afterAll(async () => await hub.close())

async function ask(method: 'GET' | 'POST', url: string, as: string) {
  const payload = method === 'POST' ? { purpose: 'command' } : undefined
  const answer = await server.inject({ method, url, headers: { caller: as }, ...(payload && { payload }) })
  return { status: answer.statusCode, json: answer.json() as unknown }
}

async function listed(as = 'administrator'): Promise<HubKeys> {
  return HubKeys.parse((await ask('GET', paths.hubKeys, as)).json)
}

/** Which key signs a command for the server now. */
async function signer(): Promise<string> {
  const header = commandHeader(enrolled.serverXid, hub.clock.now())
  return (await signCommand(hub.keys, { ...header, kind: 'configure', settings: {} })).keyId
}

async function report(commandKeys?: string[]): Promise<void> {
  const from = await environments.authenticateDeliveryToken(enrolled.appDeliveryToken)
  if (from === undefined) throw new Error('the server is not known')
  await settings.report(from, { settings: [], answers: [], ...(commandKeys && { commandKeys }) })
}

test('ES-22: a rotated command key is followed by the one that it signed; each server is commanded by what it says it trusts (D7)', async () => {
  const first = await signer()
  expect(await listed()).toMatchObject({ keys: [{ keyId: first, retiredAt: null }], serversWithoutCount: 0 })
  expect((await ask('POST', paths.hubKeys, 'organization-administrator')).status).toBe(403)
  expect((await ask('GET', paths.hubKeys, 'analyst')).status).toBe(403)
  expect((await ask('POST', paths.hubKeys, 'administrator')).status).toBe(200)

  const { keys, serversWithout } = await listed()
  const [next, old] = keys
  expect(old).toMatchObject({ keyId: first, retiredAt: hub.clock.now().toISOString() })
  expect(serversWithout).toMatchObject([{ serverXid: enrolled.serverXid, environmentName: 'Plant' }])
  // Servers are shown to their own organization alone.
  expect((await listed('administrator theirs')).serversWithoutCount).toBe(0)
  const { successions } = KeySuccessions.parse((await ask('GET', paths.keySuccessions, 'environment-server')).json)
  const [said] = successions
  const { publicPem } = (await hub.keys.all('command')).find(({ id }) => id === first) ?? { publicPem: '' }
  expect(said).toMatchObject({ purpose: 'command', predecessorId: first, predecessorEndsAt: old?.endsAt })
  if (said === undefined) throw new Error('nothing is said of the new key')
  const message = Buffer.from(keySuccessionMessage(said))
  expect(verify(null, message, createPublicKey(publicPem), Buffer.from(said.signature, 'base64'))).toBe(true)

  // An older release says nothing, a server that has not heard of it names the old one.
  for (const trusted of [undefined, [first]]) {
    await report(trusted)
    expect(await signer()).toBe(first)
  }
  await report([first, next?.keyId ?? ''])
  expect(await signer()).toBe(next?.keyId)
  expect((await listed()).serversWithout).toEqual([])
  const rotations = (await hub.auditActions()).filter(({ action }) => action === 'hub-key.rotate')
  expect(rotations).toMatchObject([{ detail: { follows: first, fingerprint: next?.fingerprint } }])
})

test('ES-22: once the old key can end before a command does, the new one signs for all; bundles pin those that count (D7)', async () => {
  const first = await signer()
  await ask('POST', paths.hubKeys, 'administrator')
  await report([first])
  hub.clock.advance((keyOverlapDays - 2) * 86_400)
  expect(await signer()).toBe(first)
  expect((await hub.keys.good('command', hub.clock.now())).length).toBeGreaterThan(1)
  hub.clock.advance(86_400 + 1)
  const { keys, serversWithout } = await listed()
  expect(await signer()).toBe(keys[0]?.keyId)
  expect(serversWithout).toHaveLength(1)
  hub.clock.advance(86_400)
  expect((await hub.keys.good('command', hub.clock.now())).map(({ id }) => id)).toEqual([keys[0]?.keyId])
})
