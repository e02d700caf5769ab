import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { installHeaders, limits, paths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestHub, type TestHub } from '../environments/test-hub.ts'
import type { Server } from '../http/server.ts'
import { keyIdOf } from '../keys/keys.ts'
import { createCatalog } from './apps.ts'
import { installationPublishers, type Publisher } from './publishers.ts'
import { appRoutes } from './routes.ts'
import { type Entry, goodEntries, installJson, zipOf } from './test-packages.ts'

let hub: TestHub
let server: Server
/** A second publisher that this hub knows, beside the installation's own. */
const other = generateKeyPairSync('ed25519')
const otherKeyId = keyIdOf(other.publicKey)

beforeAll(async () => {
  hub = await createTestHub()
  const { database, audit, keys, clock, log } = hub
  const publishers = async (): Promise<Publisher[]> => [
    ...(await installationPublishers(keys, clock)),
    {
      keyId: otherKeyId,
      publicPem: other.publicKey.export({ format: 'pem', type: 'spki' }).toString(),
      name: 'another',
    },
  ]
  const catalog = createCatalog({ db: database.db, audit, keys, clock, log, publishers })
  server = await hub.server((server) => appRoutes(server, catalog))
})

afterAll(async () => await hub.close())

/** The sample package under a name of its own, so that tests do not meet. */
async function packageOf(name: string, install: object = {}, main?: string): Promise<Buffer> {
  const entries: Entry[] = goodEntries({ install, ...(main === undefined ? {} : { main }) })
  return await zipOf(entries.map((entry) => ({ ...entry, name: entry.name.replace(/^[^/]+/, name) })))
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function ownSignature(bytes: Buffer): Promise<Record<string, string>> {
  const { keyId, signature } = await hub.keys.sign('publisher', bytes)
  return { [installHeaders.signature]: signature.toString('base64'), [installHeaders.signatureKeyId]: keyId }
}

function otherSignature(bytes: Buffer): Record<string, string> {
  const signature = sign(null, bytes, other.privateKey).toString('base64')
  return { [installHeaders.signature]: signature, [installHeaders.signatureKeyId]: otherKeyId }
}

function confirmation(bytes: Buffer): Record<string, string> {
  return { [installHeaders.confirmSha256]: sha256Of(bytes) }
}

async function install(bytes: Buffer, headers: Record<string, string> = {}, caller = 'administrator') {
  const answer = await server.inject({
    method: 'POST',
    url: paths.apps,
    headers: { caller, 'content-type': 'application/octet-stream', ...headers },
    payload: bytes,
  })
  return { status: answer.statusCode, body: answer.json() }
}

test('D7: a package signed by a publisher that the hub knows is installed, byte for byte', async () => {
  const bytes = await packageOf('Signed_v1')
  const { status, body } = await install(bytes, await ownSignature(bytes))
  expect(status).toBe(201)
  expect(body).toMatchObject({
    programName: 'Signed_v1',
    displayName: 'Sample feed',
    kind: 'feed',
    programLanguage: 'NODE',
    current: {
      programVersion: '1.2.3',
      packageSha256: sha256Of(bytes),
      packageBytes: bytes.length,
      vouchedBy: 'its publisher',
    },
  })
  expect(body.parameters.map((parameter: { name: string }) => parameter.name)).toEqual(['url', 'count', 'api_key'])
  const stored = await hub.database.db
    .selectFrom('app_version')
    .select('install_json')
    .where('package_sha256', '=', sha256Of(bytes))
    .executeTakeFirstOrThrow()
  expect(stored.install_json).toBe(JSON.stringify(installJson, null, 2))
})

test('D7: a package without a signature waits for an administrator who confirms its SHA-256, and then shows who vouched', async () => {
  const bytes = await packageOf('Stranger_v1')
  const refused = await install(bytes)
  expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(refused.body.detail).toContain(sha256Of(bytes))

  const wrong = await install(bytes, { [installHeaders.confirmSha256]: '0'.repeat(64) })
  expect(wrong).toMatchObject({ status: 400, body: { code: 'invalid' } })

  const { status, body } = await install(bytes, confirmation(bytes))
  expect(status).toBe(201)
  const publisher = await hub.keys.current('publisher')
  expect(body.current).toMatchObject({ vouchedBy: 'the administrator', publisherKeyId: publisher.id })
  const row = await hub.database.db
    .selectFrom('app_version')
    .select('signature')
    .where('package_sha256', '=', sha256Of(bytes))
    .executeTakeFirstOrThrow()
  expect(row.signature).toEqual((await hub.keys.sign('publisher', bytes)).signature)
})

test('D7: a signature that does not fit is refused, and one by a stranger counts as none', async () => {
  const bytes = await packageOf('Tampered_v1')
  const changed = await packageOf('Tampered_v1', {}, 'changed')
  expect(await install(changed, await ownSignature(bytes))).toMatchObject({ status: 400, body: { code: 'invalid' } })
  const stranger = generateKeyPairSync('ed25519')
  const headers = {
    [installHeaders.signature]: sign(null, bytes, stranger.privateKey).toString('base64'),
    [installHeaders.signatureKeyId]: keyIdOf(stranger.publicKey),
  }
  expect(await install(bytes, headers)).toMatchObject({ status: 403 })
  const half = await install(bytes, { [installHeaders.signatureKeyId]: otherKeyId })
  expect(half.body.detail).toContain('two headers')
})

test('D22: only an administrator installs', async () => {
  const bytes = await packageOf('Rights_v1')
  expect((await install(bytes, confirmation(bytes), 'organization-administrator')).status).toBe(403)
  expect((await install(bytes, confirmation(bytes), 'analyst')).status).toBe(403)
  const stranger = await server.inject({
    method: 'POST',
    url: paths.apps,
    headers: confirmation(bytes),
    payload: bytes,
  })
  expect(stranger.statusCode).toBe(401)
})

test('FD-12: the same package again changes nothing; a new version of the folder is an upgrade in place; going back works', async () => {
  const first = await packageOf('Upgraded_v1', { programVersion: '1.0.0' })
  const second = await packageOf('Upgraded_v1', { programVersion: '1.1.0', displayName: 'Renamed feed' })
  const installed = await install(first, await ownSignature(first))
  expect(installed.status).toBe(201)
  expect(await install(first, await ownSignature(first))).toMatchObject({
    status: 200,
    body: { id: installed.body.id },
  })
  const upgraded = await install(second, await ownSignature(second))
  expect(upgraded).toMatchObject({
    status: 201,
    body: { id: installed.body.id, displayName: 'Renamed feed', current: { programVersion: '1.1.0' } },
  })
  const back = await install(first, await ownSignature(first))
  expect(back).toMatchObject({ status: 201, body: { id: installed.body.id, current: { programVersion: '1.0.0' } } })
  const actions = (await hub.auditActions())
    .filter(({ subject }) => subject === 'app Upgraded_v1')
    .map(({ action }) => action)
  expect(actions).toEqual(['app.install', 'app.upgrade', 'app.roll-back'])
})

test('S3: other content under a version that was installed needs an administrator who confirms it, whoever signed it', async () => {
  const first = await packageOf('Replaced_v1', { programVersion: '1.0.0' })
  const swapped = await packageOf('Replaced_v1', { programVersion: '1.0.0' }, "console.log('other')")
  expect((await install(first, await ownSignature(first))).status).toBe(201)
  const refused = await install(swapped, await ownSignature(swapped))
  expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(refused.body.detail).toContain(`was installed with other content (SHA-256 ${sha256Of(first)})`)
  const listed = (await server.inject({ url: `${paths.apps}?limit=1000`, headers: { caller: 'read-only' } })).json()
  expect(
    listed.data.find((app: { programName: string }) => app.programName === 'Replaced_v1').current.packageSha256,
  ).toBe(sha256Of(first))
  const confirmed = await install(swapped, { ...(await ownSignature(swapped)), ...confirmation(swapped) })
  expect(confirmed).toMatchObject({ status: 201, body: { current: { vouchedBy: 'the administrator' } } })
})

test('S3: an upgrade by another publisher needs an administrator who confirms the change, and is audited as one', async () => {
  const first = await packageOf('Hijack_v1', { programVersion: '1.0.0' })
  const second = await packageOf('Hijack_v1', { programVersion: '1.0.1' })
  const third = await packageOf('Hijack_v1', { programVersion: '1.0.2' })
  expect((await install(first, await ownSignature(first))).status).toBe(201)

  const refused = await install(second, otherSignature(second))
  expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(refused.body.detail).toContain(otherKeyId)
  const still = (await server.inject({ url: paths.apps, headers: { caller: 'read-only' } })).json()
  expect(
    still.data.find((app: { programName: string }) => app.programName === 'Hijack_v1').current.programVersion,
  ).toBe('1.0.0')

  const confirmed = await install(second, { ...otherSignature(second), ...confirmation(second) })
  expect(confirmed).toMatchObject({
    status: 201,
    body: { current: { publisherKeyId: otherKeyId, vouchedBy: 'the administrator' } },
  })
  expect((await install(third, otherSignature(third))).status).toBe(201)
  const change = (await hub.auditActions()).find(
    ({ subject, detail }) => subject === 'app Hijack_v1' && detail['programVersion'] === '1.0.1',
  )
  const own = await hub.keys.current('publisher')
  expect(change?.detail).toMatchObject({
    publisherKeyId: otherKeyId,
    replacesPublisher: own.id,
    vouchedBy: 'the administrator',
  })
})

test('D14: a package of several chunks comes back whole to an environment server, and to nobody without the right', async () => {
  const noise = Buffer.alloc(2_500_000)
  for (let index = 0; index < noise.length; index += 32)
    createHash('sha256').update(String(index)).digest().copy(noise, index)
  const bytes = await zipOf([
    ...goodEntries().map((entry) => ({ ...entry, name: entry.name.replace(/^[^/]+/, 'Large_v1') })),
    { name: 'Large_v1/noise', content: noise },
  ])
  await install(bytes, await ownSignature(bytes))
  const chunks = await hub.database.db
    .selectFrom('package_chunk')
    .select('number')
    .where('sha256', '=', sha256Of(bytes))
    .execute()
  expect(chunks.length).toBe(3)
  const fetched = await server.inject({
    url: paths.package(sha256Of(bytes)),
    headers: { caller: 'environment-server' },
  })
  expect(fetched.statusCode).toBe(200)
  expect(fetched.headers['content-length']).toBe(String(bytes.length))
  expect(fetched.rawPayload.equals(bytes)).toBe(true)
  expect(
    (await server.inject({ url: paths.package(sha256Of(bytes)), headers: { caller: 'analyst' } })).statusCode,
  ).toBe(403)
  expect(
    (await server.inject({ url: paths.package('0'.repeat(64)), headers: { caller: 'environment-server' } })).statusCode,
  ).toBe(404)
})

test('D22: an environment server reads packages and nothing else of the catalog', async () => {
  expect((await server.inject({ url: paths.apps, headers: { caller: 'environment-server' } })).statusCode).toBe(403)
})

test('FD-12: two installs of one package at once make one app with one current version', async () => {
  const bytes = await packageOf('Twice_v1')
  const headers = await ownSignature(bytes)
  const answers = await Promise.all([install(bytes, headers), install(bytes, headers)])
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 201])
  const rows = await hub.database.db
    .selectFrom('app_version')
    .innerJoin('app', 'app.id', 'app_version.app_id')
    .select('app_version.id')
    .where('program_name', '=', 'Twice_v1')
    .execute()
  expect(rows.length).toBe(1)
})

test('S14: a body that is no package, too large or of another type is refused in words', async () => {
  expect((await install(Buffer.from('no zip'))).body.detail).toContain('it is not a zip file')
  const typed = await server.inject({
    method: 'POST',
    url: paths.apps,
    headers: { caller: 'administrator' },
    payload: { a: 1 },
  })
  expect(typed.json().detail).toContain('application/octet-stream')
  const large = await server.inject({
    method: 'POST',
    url: paths.apps,
    headers: {
      caller: 'administrator',
      'content-type': 'application/octet-stream',
      'content-length': String(limits.packageBytesMax + 1),
    },
    payload: 'x',
  })
  expect(large.statusCode).toBe(413)
})

test('FD-12: the catalog is read page by page', async () => {
  const first = (await server.inject({ url: `${paths.apps}?limit=2`, headers: { caller: 'read-only' } })).json()
  expect(first.data.length).toBe(2)
  const second = (
    await server.inject({ url: `${paths.apps}?limit=100&cursor=${first.next}`, headers: { caller: 'read-only' } })
  ).json()
  const names = [...first.data, ...second.data].map((app: { programName: string }) => app.programName)
  expect(new Set(names).size).toBe(names.length)
  expect(names).toContain('Twice_v1')
  const one = await server.inject({ url: paths.app(first.data[0].id), headers: { caller: 'read-only' } })
  expect(one.json()).toEqual(first.data[0])
})
