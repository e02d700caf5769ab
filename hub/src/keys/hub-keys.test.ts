import { createHash, createPublicKey, verify } from 'node:crypto'
import {
  countingKeysMax,
  HubKeys,
  KeySuccessions,
  keyOverlapDays,
  keyRevocationMessage,
  keySuccessionMessage,
  paths,
  revokedWordHours,
  type RotatedPurpose,
  SignedEnvelope,
} from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Catalog, createCatalog } from '../apps/apps.ts'
import { signingAnewLimits } from '../apps/signing-anew-limits.ts'
import { signatureFor } from '../apps/package-signature.ts'
import { goodEntries, zipOf } from '../apps/test-packages.ts'
import type { Environments, Member } from '../environments/environments.ts'
import { type EnrolledServer, enrolNewServer, testEnvironments } from '../environments/test-enrolment.ts'
import { createTestHub, person, type TestHub } from '../environments/test-hub.ts'
import { signCommand } from '../executions/build-command.ts'
import { storeCommand } from '../executions/command-store.ts'
import type { Server } from '../http/server.ts'
import { commandHeader } from '../server-settings/ask-server.ts'
import { createServerSettings, type ServerSettingsFeature } from '../server-settings/server-settings.ts'
import { createHubKeys, type HubKeysFeature } from './hub-keys.ts'
import { keyRoutes } from './routes.ts'
import { serverFileKeys } from './server-file-keys.ts'

let hub: TestHub
let server: Server
let environments: Environments
let settings: ServerSettingsFeature
let enrolled: EnrolledServer
let hubKeys: HubKeysFeature
let catalog: Catalog

beforeAll(async () => {
  hub = await createTestHub()
  const { database, audit, keys, clock, log } = hub
  const parts = { db: database.db, keys, clock, audit, log }
  environments = testEnvironments(hub)
  settings = createServerSettings({ ...parts, environments })
  hubKeys = createHubKeys(parts)
  catalog = createCatalog(parts)
  server = await hub.server((server) => keyRoutes(server, hubKeys))
  const caller = person('organization-administrator', hub.organizationId) as Member
  enrolled = await enrolNewServer(environments, caller, (await environments.create(caller, { name: 'Plant' })).id)
})
afterAll(async () => await hub.close())

async function ask(method: 'GET' | 'POST', url: string, as: string, purpose: RotatedPurpose = 'command') {
  const payload = method === 'POST' && url === paths.hubKeys ? { purpose } : undefined
  const answer = await server.inject({ method, url, headers: { caller: as }, ...(payload && { payload }) })
  return { status: answer.statusCode, json: answer.json() as unknown }
}

/** With keys of one purpose alone. */
async function listed(as = 'administrator', purpose: RotatedPurpose = 'command'): Promise<HubKeys> {
  const shown = HubKeys.parse((await ask('GET', paths.hubKeys, as)).json)
  return { ...shown, keys: shown.keys.filter((key) => key.purpose === purpose) }
}

/** Which key signs a command for the server now. */
async function signer(): Promise<string> {
  const header = commandHeader(enrolled.serverXid, hub.clock.now())
  return (await signCommand(hub.keys, { ...header, kind: 'configure', settings: {} })).keyId
}

async function report(commandKeys?: string[], publisherKeys?: string[]): Promise<void> {
  const from = await environments.authenticateDeliveryToken(enrolled.appDeliveryToken)
  if (from === undefined) throw new Error('the server is not known')
  await settings.report(from, {
    settings: [],
    answers: [],
    ...(commandKeys && { commandKeys }),
    ...(publisherKeys && { publisherKeys }),
  })
}

test('ES-22: a rotated command key is followed by the one that it signed; each server is commanded by what it says it trusts (D7)', async () => {
  const first = await signer()
  expect(await listed()).toMatchObject({ keys: [{ keyId: first, retiredAt: null }], serversWithoutCount: 0 })
  expect((await ask('POST', paths.hubKeys, 'organization-administrator')).status).toBe(403)
  expect((await ask('GET', paths.hubKeys, 'analyst')).status).toBe(403)
  expect((await ask('POST', paths.hubKeys, 'administrator')).status).toBe(200)

  const { keys, serversWithout } = await listed()
  const [next, old] = keys
  expect([next?.madeBy, old?.madeBy]).toEqual(['the administrator', null])
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

const administrator = () => person('administrator', hub.organizationId) as Member

/** A package under a name of its own. @param isConfirmed by the administrator; else by its publisher's signature alone */
async function install(name: string, isConfirmed: 'confirmed' | 'signed'): Promise<Buffer> {
  const content = await zipOf(goodEntries().map((entry) => ({ ...entry, name: entry.name.replace(/^[^/]+/, name) })))
  const { keyId, signature } = await hub.keys.sign('publisher', content)
  const signed = { signature: { keyId, signature: signature.toString('base64') } }
  const confirmed = { confirmSha256: createHash('sha256').update(content).digest('hex') }
  await catalog.install(administrator(), { content, ...(isConfirmed === 'confirmed' ? confirmed : signed) })
  return content
}

/** What a command to the server would carry. */
async function givenSignature(name: string) {
  const { id } = await hub.database.db
    .selectFrom('app_version')
    .innerJoin('app', 'app.id', 'app_version.app_id')
    .select('app_version.id')
    .where('program_name', '=', name)
    .where('is_current', '=', true)
    .executeTakeFirstOrThrow()
  return await signatureFor(hub.database.db, id, enrolled.serverXid, hub.clock.now())
}

const idsOf = (keys: readonly { id: string }[]) => keys.map(({ id }) => id)

test('ES-22: a rotated publisher key signs all packages anew; a server gets the signature by a key that it trusts (D7)', async () => {
  const content = await install('Rotated_v1', 'confirmed')
  const first = await hub.keys.current('publisher')
  expect(idsOf(await serverFileKeys(hub.keys, hub.clock.now()))).toEqual([first.id])
  expect((await ask('POST', paths.hubKeys, 'administrator', 'publisher')).status).toBe(200)
  const next = await hub.keys.current('publisher')
  const release = await hub.keys.current('release')
  // The publisher key signed server files so far: that ends with it, in the same time.
  expect(idsOf(await serverFileKeys(hub.keys, hub.clock.now()))).toEqual([release.id, first.id])
  const { successions } = await hubKeys.successions()
  expect(
    successions
      .filter(({ predecessorId }) => predecessorId === first.id)
      .map(({ purpose }) => purpose)
      .sort(),
  ).toEqual(['publisher', 'release'])
  expect(await listed()).toMatchObject({
    packagesToSign: 1,
    serversWithout: [{ lacks: ['command', 'publisher', 'release'] }],
  })
  await hubKeys.tick()
  expect((await listed()).packagesToSign).toBe(0)

  expect(await givenSignature('Rotated_v1')).toMatchObject({ publisherKeyId: first.id })
  await report([], [first.id, next.id])
  const given = await givenSignature('Rotated_v1')
  expect(given).toMatchObject({ publisherKeyId: next.id, publisherKey: next.publicPem })
  expect(verify(null, content, createPublicKey(next.publicPem), given?.signature ?? Buffer.of())).toBe(true)
  await report([], [first.id])
  hub.clock.advance((keyOverlapDays + 1) * 86_400)
  await hubKeys.tick()
  expect(await givenSignature('Rotated_v1')).toMatchObject({ publisherKeyId: next.id })
  expect(idsOf(await serverFileKeys(hub.keys, hub.clock.now()))).toEqual([release.id])
})

test('ES-22: a revoked key counts no more from now on; what it had signed and somebody answers for is signed anew (D7)', async () => {
  const signedOnly = await install('SignedOnly_v1', 'signed')
  await install('Confirmed_v1', 'confirmed')
  const command = { ...commandHeader(enrolled.serverXid, hub.clock.now()), kind: 'configure' as const, settings: {} }
  await storeCommand(hub.database.db, command, JSON.stringify(await signCommand(hub.keys, command)), hub.clock.now())
  const [publisher, commands] = [await hub.keys.current('publisher'), await hub.keys.current('command')]
  const revoke = async (id: string, as = 'administrator') => (await ask('POST', paths.hubKeyRevocation(id), as)).status
  expect(await revoke(commands.id, 'organization-administrator')).toBe(403)
  expect(await revoke('0'.repeat(16))).toBe(404)
  expect(await revoke((await hub.keys.current('ca')).id)).toBe(400)
  for (const { id } of [commands, publisher, publisher]) expect(await revoke(id)).toBe(200)
  const revocations = (await hub.auditActions()).filter(({ action }) => action === 'hub-key.revoke')
  expect(revocations).toHaveLength(2)
  // What was revoked gives its word on the next for a day.
  for (const purpose of ['command', 'publisher'] as const) {
    const learntUntil = new Date(hub.clock.now().getTime() + revokedWordHours * 3_600_000).toISOString()
    expect((await listed('administrator', purpose)).keys.filter(({ endsAt }) => endsAt === null)).toMatchObject([
      { purpose, learntUntil },
    ])
  }

  const { revocations: said = [] } = await hubKeys.successions()
  const ofCommands = said.find(({ keyId }) => keyId === commands.id)
  if (ofCommands === undefined) throw new Error('nothing is said of the revoked key')
  const message = Buffer.from(keyRevocationMessage(ofCommands))
  expect(verify(null, message, createPublicKey(commands.publicPem), Buffer.from(ofCommands.signature, 'base64'))).toBe(
    true,
  )
  const next = await hub.keys.current('command')
  expect(ofCommands.followerIds).toEqual([next.id])
  expect(await signer()).toBe(next.id)
  // Word for word the same command, by the key that counts.
  const { payload } = await hub.database.db
    .selectFrom('command')
    .select('payload')
    .where('id', '=', command.commandId)
    .executeTakeFirstOrThrow()
  const envelope = SignedEnvelope.parse(JSON.parse(payload))
  expect(envelope).toMatchObject({ keyId: next.id, body: JSON.stringify(command) })
  expect(
    verify(
      null,
      Buffer.from(envelope.body),
      createPublicKey(next.publicPem),
      Buffer.from(envelope.signature, 'base64'),
    ),
  ).toBe(true)

  await hubKeys.tick()
  const { id: nextPublisher } = await hub.keys.current('publisher')
  expect(await givenSignature('Confirmed_v1')).toMatchObject({ publisherKeyId: nextPublisher })
  expect(await givenSignature('SignedOnly_v1')).toBeUndefined()
  const [unsigned] = (await listed()).packagesToConfirm
  expect(unsigned).toMatchObject({ programName: 'SignedOnly_v1' })
  await expect(catalog.install(administrator(), { content: signedOnly })).rejects.toThrow(unsigned?.packageSha256)
  await catalog.install(administrator(), { content: signedOnly, confirmSha256: unsigned?.packageSha256 })
  expect(await givenSignature('SignedOnly_v1')).toMatchObject({ publisherKeyId: nextPublisher })
  expect((await listed()).packagesToConfirm).toEqual([])

  // What a key let in by itself stays its word, though the next one has signed it.
  const { id: before } = await hub.keys.current('publisher')
  await install('Laundered_v1', 'signed')
  await ask('POST', paths.hubKeys, 'administrator', 'publisher')
  await hubKeys.tick()
  expect(await givenSignature('Laundered_v1')).toMatchObject({ publisherKeyId: before })
  await revoke(before)
  expect(await givenSignature('Laundered_v1')).toBeUndefined()
  expect((await listed()).packagesToConfirm).toMatchObject([{ programName: 'Laundered_v1' }])
  await install('Laundered_v1', 'signed')
  const { id: current } = await hub.keys.current('publisher')
  expect(await givenSignature('Laundered_v1')).toMatchObject({ publisherKeyId: current })
})

test('ES-22: no more keys of a purpose count at a time than servers look at signatures of their file (D7)', async () => {
  const statuses = []
  for (let made = 0; made <= countingKeysMax; made++)
    statuses.push((await ask('POST', paths.hubKeys, 'administrator', 'release')).status)
  expect([statuses[0], statuses.at(-1)]).toEqual([200, 409])
  // The publisher key that stood in for them is one more.
  expect((await serverFileKeys(hub.keys, hub.clock.now())).length).toBeLessThanOrEqual(countingKeysMax + 1)
})

test('ES-22: a package that is damaged keeps none of the others from being signed anew, and is tried again once an hour (D7)', async () => {
  const content = await install('Damaged_v1', 'confirmed')
  const sha256 = createHash('sha256').update(content).digest('hex')
  const chunks = hub.database.db.updateTable('package_chunk').where('sha256', '=', sha256)
  await chunks.set({ content: Buffer.alloc(content.length) }).execute()
  await install('Sound_v1', 'confirmed')
  const complaints = () => hub.log.lines.filter(({ level, message }) => level === 'error' && message.includes('signed'))
  const turn = async () => {
    await hubKeys.tick()
    return [(await listed()).packagesToSign, complaints().length]
  }
  await ask('POST', paths.hubKeys, 'administrator', 'publisher')
  expect([await turn(), await turn()]).toEqual([
    [1, 1],
    [1, 1],
  ])
  hub.clock.advance(signingAnewLimits.leftAloneSeconds)
  expect(await turn()).toEqual([1, 2])
  // Installed again it is sound, whoever vouched for it.
  expect(await catalog.install(administrator(), { content })).toMatchObject({ outcome: 'unchanged' })
  expect(await catalog.install(administrator(), { content })).toMatchObject({ outcome: 'unchanged' })
  expect((await hub.auditActions()).filter(({ action }) => action === 'app.mend')).toMatchObject([
    { subject: 'app Damaged_v1', detail: { packageSha256: sha256 } },
  ])
  expect(hub.log.lines.filter(({ message }) => message.includes('damaged in the database'))).toMatchObject([
    { level: 'warn', detail: { packageSha256: sha256 } },
  ])
  hub.clock.advance(signingAnewLimits.leftAloneSeconds)
  expect(await turn()).toEqual([0, 2])
})
