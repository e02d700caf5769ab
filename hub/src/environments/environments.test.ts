import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { BundleSettings, BundleTrust, downloadHeaders, Environment, paths, serverFileMessage } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import type { Server } from '../http/server.ts'
import type { Environments, Member } from './environments.ts'
import { environmentRoutes } from './routes.ts'
import { downloadSettings, enrolmentRequest, enrolNewServer, newTlsKey } from './test-enrolment.ts'
import { environmentsOf, json, makeServerFiles, unzip } from './test-bundle.ts'
import { createTestHub, person, type TestHub } from './test-hub.ts'

let hub: TestHub
let server: Server
let environments: Environments
let folder: string
let onlyLocalNames = false
let caller: Member

beforeAll(async () => {
  hub = await createTestHub()
  caller = person('organization-administrator', hub.organizationId) as Member
  folder = makeServerFiles()
  environments = makeEnvironments(folder)
  server = await hub.server((server) => environmentRoutes(server, environments))
})

afterAll(async () => {
  rmSync(folder, { recursive: true })
  await hub.close()
})

function makeEnvironments(serverFilesFolder: string): Environments {
  return environmentsOf(hub, {
    serverFilesFolder,
    runtimeFile: join(folder, 'bin/node'),
    onlyLocalNames: () => onlyLocalNames,
  })
}

async function create(name: string): Promise<string> {
  return (await environments.create(caller, { name })).id
}

async function request(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, as: string, payload?: object) {
  return await server.inject({ method, url, headers: { caller: as }, ...(payload === undefined ? {} : { payload }) })
}

test('ES-1: an environment is made with a name, listed and read with its several servers', async () => {
  const made = await request('POST', paths.environments, 'organization-administrator', { name: 'Plant North' })
  expect(made.statusCode).toBe(201)
  const environment = z.parse(Environment, made.json())
  expect(environment).toMatchObject({
    name: 'Plant North',
    organizationId: hub.organizationId,
    servers: [],
    executionsQueued: 0,
  })

  await downloadSettings(environments, caller, environment.id)
  await enrolNewServer(environments, caller, environment.id)
  const read = z.parse(Environment, (await request('GET', paths.environment(environment.id), 'read-only')).json())
  expect(read.servers.map(({ name, presence }) => [name, presence])).toEqual([
    ['Plant North 1', 'waiting'],
    ['Plant North 2', 'unknown'],
  ])
  expect(read.servers[0]).toMatchObject({ downloadedBy: caller.name, keyFingerprint: null, confirmed: false })
  const listed = (await request('GET', `${paths.environments}?limit=1`, 'read-only')).json()
  expect(listed.data.length).toBe(1)
  const again = await request('POST', paths.environments, 'organization-administrator', { name: 'Plant North' })
  expect(again).toMatchObject({ statusCode: 409 })
  expect((await request('POST', paths.environments, 'organization-administrator', { name: '../x' })).statusCode).toBe(
    400,
  )
})

test('ES-26: an environment is seen, downloaded from and changed by its own organization alone, and by the roles that may', async () => {
  const id = await create('Private')
  expect((await request('GET', paths.environment(id), 'administrator theirs')).statusCode).toBe(404)
  expect(
    (await request('POST', paths.environmentDownloads(id), 'administrator theirs', { kind: 'config' })).statusCode,
  ).toBe(404)
  expect((await request('DELETE', paths.environment(id), 'administrator theirs')).statusCode).toBe(404)
  const theirs = (await request('GET', paths.environments, 'administrator theirs')).json()
  expect(theirs.data).toEqual([])
  for (const role of ['analyst', 'read-only', 'environment-server']) {
    expect((await request('POST', paths.environments, role, { name: 'Not allowed' })).statusCode).toBe(403)
    expect((await request('POST', paths.environmentDownloads(id), role, { kind: 'config' })).statusCode).toBe(403)
  }
  expect((await request('GET', paths.environment(id), 'analyst')).statusCode).toBe(200)
})

test('ES-26: an environment that a job names is not deleted; one that none names is, and its servers with it', async () => {
  const id = await create('Deleted')
  const enrolled = await enrolNewServer(environments, caller, id)
  const { db } = hub.database
  const app = await db
    .insertInto('app')
    .values({ program_name: 'X_v1', kind: 'feed', display_name: 'X' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const job = await db
    .insertInto('job')
    .values({
      organization_id: hub.organizationId,
      name: 'Nightly',
      app_id: app.id,
      environment_id: id,
      timeout_seconds: 60,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const refused = await request('DELETE', paths.environment(id), 'organization-administrator')
  expect(refused.statusCode).toBe(409)
  expect(refused.json().detail).toContain('"Nightly"')
  await db.updateTable('job').set({ deleted_at: new Date() }).where('id', '=', job.id).execute()
  expect((await request('DELETE', paths.environment(id), 'organization-administrator')).statusCode).toBe(204)
  expect((await request('GET', paths.environment(id), 'organization-administrator')).statusCode).toBe(404)
  expect(await environments.authenticateDeliveryToken(enrolled.appDeliveryToken)).toBeUndefined()
  expect(await create('Deleted')).not.toBe(id)
})

test('ES-1: an environment has an owner of one’s choice and may be given another name or owner; another organization’s is none', async () => {
  const { db } = hub.database
  const [ours, theirs] = await db
    .insertInto('owner')
    .values([
      { organization_id: hub.organizationId, name: 'Plant findings' },
      { organization_id: hub.otherOrganizationId, name: 'Their findings' },
    ])
    .returning('id')
    .execute()
  const made = await request('POST', paths.environments, 'administrator', { name: 'Owned', ownerId: ours?.id })
  expect(made.json()).toMatchObject({ name: 'Owned', ownerId: ours?.id, ownerName: 'Plant findings' })
  const path = paths.environment(made.json().id)
  for (const ownerId of [theirs?.id, '999999', 'x'])
    expect([ownerId, (await request('PATCH', path, 'administrator', { ownerId })).statusCode]).toEqual([ownerId, 400])
  expect((await request('PATCH', path, 'administrator', { ownerId: null })).json().ownerName).toBe(null)
  const taken = await create('Is there')
  expect((await request('PATCH', path, 'administrator', { name: 'Is there' })).statusCode).toBe(409)
  expect((await request('PATCH', path, 'administrator', { name: 'Owned anew' })).json().name).toBe('Owned anew')
  expect((await request('PATCH', path, 'administrator theirs', { name: 'Stolen' })).statusCode).toBe(404)
  expect((await request('PATCH', path, 'analyst', { name: 'Not allowed' })).statusCode).toBe(403)
  expect((await request('POST', paths.environments, 'administrator', { name: 'Beside', onHub: true })).statusCode).toBe(
    403,
  )
  expect(await environments.get(caller, taken)).toMatchObject({ name: 'Is there' })
})

test('S17: TLS inspection is allowed for an environment by those who may change it, on the record, and told to bundles made from then on', async () => {
  const id = await create('Opened')
  const bundled = async () => (await downloadSettings(environments, caller, id)).get('allowInspectedTls')
  expect(await environments.get(caller, id)).toMatchObject({ allowInspectedTls: false })
  expect(await bundled()).toBeUndefined()
  const path = paths.environment(id)
  expect((await request('PATCH', path, 'analyst', { allowInspectedTls: true })).statusCode).toBe(403)
  expect((await request('PATCH', path, 'administrator theirs', { allowInspectedTls: true })).statusCode).toBe(404)
  for (const allowInspectedTls of [true, true, false]) {
    const answer = await request('PATCH', path, 'administrator', { allowInspectedTls })
    expect(answer.json()).toMatchObject({ name: 'Opened', allowInspectedTls })
    expect(await bundled()).toBe(allowInspectedTls ? 'true' : undefined)
  }
  const changes = (await hub.auditActions()).filter(
    ({ action, subject }) => action === 'environment.change' && subject === `environment ${id}`,
  )
  expect(changes.map(({ detail }) => detail['allowInspectedTls'])).toEqual([true, false])
})

test('ES-2: the bundle holds everything for a new installation, with fixed modes and keys pinned', async () => {
  const id = await create('Bundled')
  const answer = await request('POST', paths.environmentDownloads(id), 'organization-administrator', {
    kind: 'bundle',
    serverName: 'gate 7',
  })
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-disposition']).toBe('attachment; filename="postern-envsvr-bundle.zip"')
  expect(answer.headers[downloadHeaders.warning]).toBeUndefined()
  const entries = await unzip(answer.rawPayload)
  const modes = Object.fromEntries(
    [...entries].map(([name, { mode }]) => [name.replace('postern-envsvr/', ''), mode.toString(8)]),
  )
  expect(modes).toEqual({
    '': '755',
    '.postern-envsvr/': '700',
    '.postern-envsvr/keystore/': '700',
    '.postern-envsvr/exchange/': '700',
    '.postern-envsvr/exchange/programs/': '700',
    '.postern-envsvr/exchange/jobs/': '700',
    '.postern-envsvr/settings.json': '600',
    '.postern-envsvr/keystore/trust.json': '600',
    'README.txt': '644',
    'configure.sh': '755',
    'postern-envsvr': '755',
    'postern-envsvr.init.sh': '755',
    'postern-envsvr.service': '644',
    'run.sh': '755',
    'postern-envsvr.mjs': '644',
    'postern-envsvr.mjs.sig': '644',
    'runtime/node': '755',
    'runtime/LICENSE': '644',
  })
  const settings = z.parse(BundleSettings, json(entries, 'postern-envsvr/.postern-envsvr/settings.json'))
  expect(settings).toMatchObject({
    apiURL: 'https://hub.example.org:8443',
    brokerHost: 'hub.example.org',
    brokerPort: 62_000,
    serverName: 'gate 7',
  })
  expect(settings.serverXid).toBe(answer.headers[downloadHeaders.serverXid])

  const trust = z.parse(BundleTrust, json(entries, 'postern-envsvr/.postern-envsvr/keystore/trust.json'))
  expect(trust.caCertificate).toBe(await hub.authority.certificatePem())
  expect(trust.commandKeys).toEqual([(await hub.keys.current('command')).publicPem])
  const signature = json(entries, 'postern-envsvr/postern-envsvr.mjs.sig') as { signature: string }
  const content = entries.get('postern-envsvr/postern-envsvr.mjs')?.content ?? Buffer.alloc(0)
  const releaseKey = createPublicKey(trust.releaseKeys[0] ?? '')
  const sha256 = createHash('sha256').update(content).digest('hex')
  const signed = Buffer.from(serverFileMessage(sha256))
  expect(verify(null, signed, releaseKey, Buffer.from(signature.signature, 'base64'))).toBe(true)

  const enrolled = await environments.enrol(
    settings.enrolmentToken,
    enrolmentRequest(settings.serverXid, settings.enrolmentToken, newTlsKey()),
    '192.0.2.1',
  )
  expect(enrolled.confirmed).toBe(true)
})

test('ES-2: without runtime, the bundle leaves Node out and nothing else', async () => {
  const id = await create('Thin')
  const answer = await request('POST', paths.environmentDownloads(id), 'administrator', {
    kind: 'bundle',
    withoutRuntime: true,
  })
  const names = [...(await unzip(answer.rawPayload)).keys()]
  expect(names).toContain('postern-envsvr/run.sh')
  expect(names.filter((name) => name.includes('runtime'))).toEqual([])
})

test('ES-2: the configuration alone is <name>.env, and the server alone a zip of the signed server file', async () => {
  const id = await create('Two Files')
  const config = await request('POST', paths.environmentDownloads(id), 'administrator', { kind: 'config' })
  expect(config.headers['content-disposition']).toBe('attachment; filename="Two Files.env"')
  expect(config.payload).toMatch(
    /^apiURL=https:\/\/hub\.example\.org:8443\nbrokerHost=hub\.example\.org\nbrokerPort=62000\nenvironmentName=Two Files\ncaSha256=[0-9a-f]{64}\nmoveToken=psm_[\w-]{43}\n$/,
  )
  const alone = await request('POST', paths.environmentDownloads(id), 'administrator', { kind: 'server' })
  expect(alone.headers['content-disposition']).toBe('attachment; filename="postern-envsvr.zip"')
  expect([...(await unzip(alone.rawPayload)).keys()]).toEqual(['postern-envsvr.mjs', 'postern-envsvr.mjs.sig'])
  // S9: none of the two makes an identity.
  expect((await environments.get(caller, id)).servers).toEqual([])
})

test('ES-2: a hub without the files says what to do, and makes no identity', async () => {
  const empty = makeEnvironments(join(folder, 'nothing'))
  const id = await create('Unbuilt')
  await expect(empty.download(caller, id, { kind: 'bundle' })).rejects.toMatchObject({ code: 'unavailable' })
  expect((await environments.get(caller, id)).servers).toEqual([])
})

test('ES-27: a download from a hub that only knows its own machine warns', async () => {
  const id = await create('Local')
  onlyLocalNames = true
  try {
    const answer = await request('POST', paths.environmentDownloads(id), 'administrator', { kind: 'config' })
    expect(answer.headers[downloadHeaders.warning]).toContain('will not find it')
  } finally {
    onlyLocalNames = false
  }
})

test('S9: downloads and enrolments are audited, and no token is stored or written there', async () => {
  const id = await create('Audited')
  const settings = await downloadSettings(environments, caller, id)
  const token = settings.get('enrolmentToken') ?? ''
  await environments.enrol(token, enrolmentRequest(settings.get('serverXid') ?? '', token, newTlsKey()), '192.0.2.9')
  const audit = await hub.auditActions()
  expect(audit.filter(({ subject }) => subject === `environment ${id}`).map(({ action }) => action)).toEqual([
    'environment.create',
    'environment.download',
  ])
  const enrolment = audit.find(
    ({ action, subject }) =>
      action === 'environment-server.enrol' && subject === `environment server ${settings.get('serverXid')}`,
  )
  expect(enrolment?.detail).toMatchObject({ confirmed: true, platform: 'linux-x64' })
  const rows = await hub.database.db.selectFrom('environment_server').selectAll().execute()
  expect(JSON.stringify([audit, rows])).not.toContain(token)
})

test('S9: enrolment works once; a second one, with another key, is refused and audited', async () => {
  const id = await create('Once')
  const settings = await downloadSettings(environments, caller, id)
  const [serverXid, token] = [settings.get('serverXid') ?? '', settings.get('enrolmentToken') ?? '']
  const key = newTlsKey()
  const send = async (payload: object, bearer = token) =>
    await server.inject({
      method: 'POST',
      url: paths.enrolments,
      headers: { authorization: `Bearer ${bearer}` },
      payload,
    })
  const first = await send(enrolmentRequest(serverXid, token, key))
  expect(first.statusCode).toBe(201)
  // The second has the right key for TLS and another one for secrets.
  for (const again of [newTlsKey(), key]) {
    const answer = await send(enrolmentRequest(serverXid, token, again))
    expect(answer.statusCode).toBe(401)
    expect(answer.json().detail).toContain('used already')
  }
  expect((await send(enrolmentRequest(serverXid, 'pse_guess', key), 'pse_guess')).statusCode).toBe(401)
  const refusals = (await hub.auditActions()).filter(
    ({ action, subject }) => action === 'environment-server.enrol-refused' && subject.endsWith(` ${serverXid}`),
  )
  expect(refusals.length).toBe(3)
  const stored = (await environments.get(caller, id)).servers[0]
  expect(stored?.enrolledFrom).toBe('127.0.0.1')
})

test('S9: a server that enrolled an hour after its download waits until a person confirms its fingerprint', async () => {
  const id = await create('Unconfirmed')
  const settings = await downloadSettings(environments, caller, id)
  const [serverXid, token] = [settings.get('serverXid') ?? '', settings.get('enrolmentToken') ?? '']
  hub.clock.advance(3601)
  const enrolled = await environments.enrol(token, enrolmentRequest(serverXid, token, newTlsKey()), '192.0.2.1')
  expect(enrolled.confirmed).toBe(false)
  const shown = await environments.getServer(caller, id, serverXid)
  expect(shown).toMatchObject({ confirmed: false, enrolledFrom: '192.0.2.1' })
  expect(shown.keyFingerprint).toMatch(/^[0-9a-f]{64}$/)
  const path = paths.environmentServerConfirmation(id, serverXid)
  const confirm = async (payload: object | undefined, as = 'organization-administrator') =>
    await request('POST', path, as, payload)
  const { keyFingerprint } = shown
  for (const [payload, status] of [
    [undefined, 400],
    [{}, 400],
    [{ keyFingerprint: '00' }, 409],
    [{ keyFingerprint: '0'.repeat(64) }, 409],
  ] as const)
    expect([payload, (await confirm(payload)).statusCode]).toEqual([payload, status])
  expect((await confirm({ keyFingerprint: '00' })).json().detail).toContain(
    'another key than the one that was compared',
  )
  expect((await confirm({ keyFingerprint }, 'analyst')).statusCode).toBe(403)
  expect((await environments.getServer(caller, id, serverXid)).confirmed).toBe(false)
  expect((await confirm({ keyFingerprint })).json()).toMatchObject({ confirmed: true })
  expect((await confirm({ keyFingerprint })).statusCode).toBe(200)
  expect((await confirm({ keyFingerprint: '00' })).statusCode).toBe(409)
})

test('S9: nothing is confirmed before it enrolled, and nothing after it was revoked', async () => {
  const id = await create('Order')
  const settings = await downloadSettings(environments, caller, id)
  const serverXid = settings.get('serverXid') ?? ''
  const confirm = async () =>
    (
      await request('POST', paths.environmentServerConfirmation(id, serverXid), 'administrator', {
        keyFingerprint: '00',
      })
    ).statusCode
  expect(await confirm()).toBe(409)
  expect(
    (await request('POST', paths.environmentServerRevocation(id, serverXid), 'administrator')).json(),
  ).toMatchObject({ presence: 'revoked' })
  expect(await confirm()).toBe(409)
  const token = settings.get('enrolmentToken') ?? ''
  await expect(
    environments.enrol(token, enrolmentRequest(serverXid, token, newTlsKey()), '192.0.2.1'),
  ).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('S9: an enrolment without the private key, with another kind of key, or too old a server is refused', async () => {
  const id = await create('Proof')
  const settings = await downloadSettings(environments, caller, id)
  const [serverXid, token] = [settings.get('serverXid') ?? '', settings.get('enrolmentToken') ?? '']
  const good = enrolmentRequest(serverXid, token, newTlsKey())
  const refused = async (changes: object, code = 'invalid') =>
    await expect(environments.enrol(token, { ...good, ...changes }, '192.0.2.1')).rejects.toMatchObject({ code })
  await refused({ proof: enrolmentRequest(serverXid, token, newTlsKey()).proof })
  await refused({ proof: enrolmentRequest('999', token, newTlsKey()).proof })
  await refused({ publicKey: (await hub.keys.current('command')).publicPem })
  await refused({ publicKey: newTlsKey().export({ format: 'pem', type: 'pkcs8' }).toString() })
  await refused({ publicKey: 'nonsense' })
  await refused({ sealingPublicKey: Buffer.alloc(32).toString('base64') })
  await refused({ sealingPublicKey: Buffer.alloc(31, 1).toString('base64') })
  await refused({ protocolVersion: 0 }, 'conflict')
  expect((await environments.enrol(token, good, '192.0.2.1')).confirmed).toBe(true)
})

test('ES-19: the number of a server is fixed at download and is the name in its certificate', async () => {
  const id = await create('Numbered')
  const enrolled = await enrolNewServer(environments, caller, id)
  const certificate = new X509Certificate(enrolled.certificate)
  expect(certificate.subject).toBe(`CN=${enrolled.serverXid}`)
  expect(certificate.verify(createPublicKey(await hub.authority.certificatePem()))).toBe(true)
  expect(enrolled.serverXid).toMatch(/^\d+$/)
})

test('ES-15: what the last heartbeat said is shown, and its age', async () => {
  const id = await create('Spoken')
  const { serverXid } = await enrolNewServer(environments, caller, id)
  await hub.database.db
    .updateTable('environment_server')
    .set({
      last_heartbeat_at: hub.clock.now(),
      reported: JSON.stringify({ version: '9.9.9', tier: 'isolated', state: 'ready', executors: 2, queued: 0 }),
    })
    .where('server_xid', '=', serverXid)
    .execute()
  const shown = await environments.getServer(caller, id, serverXid)
  expect(shown).toMatchObject({ presence: 'online', version: '9.9.9', tier: 'isolated' })
  hub.clock.advance(121)
  expect((await environments.getServer(caller, id, serverXid)).presence).toBe('offline')
})

test('ES-5: the delivery token says which server speaks, until it is revoked', async () => {
  const id = await create('Delivering')
  const enrolled = await enrolNewServer(environments, caller, id)
  expect(await environments.authenticateDeliveryToken(enrolled.appDeliveryToken)).toEqual({
    kind: 'environment-server',
    serverXid: enrolled.serverXid,
    name: 'Delivering 1',
    environmentId: id,
    organizationId: hub.organizationId,
  })
  expect(await environments.authenticateDeliveryToken(`${enrolled.appDeliveryToken}x`)).toBeUndefined()
  expect(await environments.authenticateDeliveryToken(enrolled.brokerToken)).toBeUndefined()
  await environments.revoke(caller, id, enrolled.serverXid)
  expect(await environments.authenticateDeliveryToken(enrolled.appDeliveryToken)).toBeUndefined()
})

test('S9: enrolments of one address are limited', async () => {
  const answers = new Set<number>()
  for (let attempt = 0; attempt < 25; attempt += 1) {
    const answer = await server.inject({
      method: 'POST',
      url: paths.enrolments,
      remoteAddress: '192.0.2.77',
      headers: { authorization: 'Bearer pse_wrong' },
      payload: enrolmentRequest('1000', 'pse_wrong', newTlsKey()),
    })
    answers.add(answer.statusCode)
  }
  expect([...answers]).toEqual([401, 429])
})
