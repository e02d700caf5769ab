import { createHash, randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { paths, Platform } from '@postern/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lockWaits } from '../../database/test-lock-waits.ts'
import { unzip } from '../test-bundle.ts'
import { downloadSettings, enrolmentRequest, newTlsKey } from '../test-enrolment.ts'
import { createTestEnvironments, type TestEnvironments } from '../test-environments.ts'
import { archiveOf, programFor, runtimeEntries } from './test-archive.ts'

let made: TestEnvironments
beforeAll(async () => (made = await createTestEnvironments()))
afterAll(async () => await made.close())

/** Of the two, the one that this machine is not. */
const other: Platform = process.arch === 'arm64' ? 'linux-x64' : 'linux-arm64'
const own: Platform = other === 'linux-x64' ? 'linux-arm64' : 'linux-x64'

async function addRuntime(archive: Buffer, { as = 'administrator', sha256 = sha256Of(archive) } = {}) {
  return await made.server.inject({
    method: 'POST',
    url: `${paths.runtimes}?sha256=${sha256}`,
    headers: { caller: as, 'content-type': 'application/octet-stream' },
    payload: archive,
  })
}

function sha256Of(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

type Carried = { status: number; detail?: string; mode?: string; node?: Buffer; licence?: string }

/** What a bundle has in its `runtime` folder; without a bundle, why there is none. */
async function runtimeOf(id: string, wanted: object): Promise<Carried> {
  const url = paths.environmentDownloads(id)
  const answer = await made.request('POST', url, 'organization-administrator', { kind: 'bundle', ...wanted })
  if (answer.statusCode !== 200) return { status: answer.statusCode, detail: answer.json().detail }
  const entries = await unzip(answer.rawPayload)
  const [node, licence] = ['node', 'LICENSE'].map((name) => entries.get(`postern-envsvr/runtime/${name}`))
  if (node === undefined || licence === undefined) return { status: 200 }
  return { status: 200, mode: node.mode.toString(8), node: node.content, licence: licence.content.toString() }
}

test('ES-2: the Node.js of another platform is added once by file with its SHA-256, and bundles for that platform carry it', async () => {
  const id = await made.create('Elsewhere')
  const held = async () => (await made.request('GET', paths.runtimes, 'read-only')).json().runtimes
  const ofHub = { platform: own, version: process.versions.node, sha256: null, addedBy: null, addedAt: null }
  expect(await held()).toEqual([ofHub])
  const missing = await runtimeOf(id, { platform: other })
  expect(missing).toMatchObject({ status: 409, detail: expect.stringContaining(`no Node.js for ${other}`) })
  expect((await made.environments.get(made.caller, id)).servers).toEqual([])

  // More than one chunk, of bytes that do not get fewer.
  const rest = randomBytes(2_500_000)
  const archive = archiveOf(runtimeEntries(other, { rest }))
  const wrong = await addRuntime(archive, { sha256: '0'.repeat(64) })
  expect([wrong.statusCode, wrong.json().detail]).toEqual([400, expect.stringContaining(sha256Of(archive))])
  expect((await addRuntime(archive, { as: 'organization-administrator' })).statusCode).toBe(403)
  expect((await addRuntime(archiveOf([]))).json().detail).toContain('The runtime is refused')
  expect((await addRuntime(Buffer.alloc(0))).statusCode).toBe(400)
  expect(await held()).toEqual([ofHub])

  const added = await addRuntime(archive)
  const expected = { platform: other, version: '24.21.0', sha256: sha256Of(archive), addedBy: 'the administrator' }
  expect([added.statusCode, added.json()]).toEqual([201, { ...expected, addedAt: made.hub.clock.now().toISOString() }])
  expect(await held()).toEqual(Platform.options.map((each) => (each === own ? ofHub : added.json())))
  const theirs = (await made.request('GET', paths.runtimes, 'administrator theirs')).json().runtimes
  expect(theirs).toContainEqual({ ...added.json(), addedBy: null })
  const carried = await runtimeOf(id, { platform: other })
  expect(carried).toMatchObject({ status: 200, mode: '755', licence: 'of Node.js' })
  expect(carried.node?.equals(programFor(other, rest))).toBe(true)
  expect((await runtimeOf(id, { platform: own })).node?.toString()).toBe('the runtime')
})

test('ES-2: a runtime that is added again takes the place of the one before, the hub’s own too, until it is removed', async () => {
  const id = await made.create('Newer')
  const { runtimes } = made.environments
  for (const platform of [other, own]) {
    const archive = (version: string) => archiveOf(runtimeEntries(platform, { version, rest: Buffer.from(version) }))
    await addRuntime(archive('24.8.0'))
    const before = await runtimes.forBundle(platform)
    await addRuntime(archive('25.1.0'))
    // Nobody gets the beginning of one and the end of the other.
    await expect(buffer(before.openExecutable())).rejects.toThrow()
    expect((await runtimeOf(id, { platform })).node?.toString()).toContain('25.1.0')
  }
  const remove = async (platform: string, as = 'administrator') =>
    (await made.request('DELETE', paths.runtime(platform), as)).statusCode
  expect([await remove(own, 'organization-administrator'), await remove(own), await remove(own)]).toEqual([
    403, 204, 404,
  ])
  expect([await remove(other), await remove('darwin-arm64')]).toEqual([204, 400])
  expect((await runtimeOf(id, {})).node?.toString()).toBe('the runtime')
  const audited = (await made.hub.auditActions()).filter(({ subject }) => subject === `runtime ${own}`)
  expect(audited.map(({ action, detail }) => [action, detail['version'], detail['replacesVersion']])).toEqual([
    ['runtime.add', '24.8.0', undefined],
    ['runtime.add', '25.1.0', '24.8.0'],
    ['runtime.remove', '25.1.0', undefined],
  ])
  const downloads = (await made.hub.auditActions()).filter(({ subject }) => subject === `environment ${id}`)
  expect(downloads.at(1)?.detail).toMatchObject({ platform: other, nodeVersion: '25.1.0' })
})

test('ES-2: of two who add a runtime at once, the audit says of the later one that it took the place of the earlier', async () => {
  const { db } = made.hub.database
  const archive = (version: string) => archiveOf(runtimeEntries(other, { version }))
  await addRuntime(archive('24.9.0'))
  const adding = await db.transaction().execute(async (trx) => {
    await sql`select 1 from runtime where platform = ${other} for update`.execute(trx)
    const begun = ['24.10.0', '24.11.0'].map(async (version) => (await addRuntime(archive(version))).statusCode)
    await lockWaits(db, 2)
    return begun
  })
  expect(await Promise.all(adding)).toEqual([201, 201])
  const added = (await made.hub.auditActions()).filter(({ action }) => action === 'runtime.add').slice(-2)
  expect(added.map(({ detail }) => detail['replacesVersion'])).toEqual(['24.9.0', added[0]?.detail['version']])
  await made.request('DELETE', paths.runtime(other), 'administrator')
})

test('ES-2: a platform is named for a bundle with its runtime alone', async () => {
  const id = await made.create('Any platform')
  for (const wanted of [{ kind: 'config' }, { kind: 'server' }, { withoutRuntime: true }])
    expect(await runtimeOf(id, { ...wanted, platform: own })).toMatchObject({
      status: 400,
      detail: expect.stringContaining('only a bundle with its runtime is for one platform'),
    })
  expect(await runtimeOf(id, { platform: 'darwin-arm64' })).toMatchObject({ status: 400 })
  expect((await made.environments.get(made.caller, id)).servers).toEqual([])
})

test('ES-2: a server is enrolled anew with the Node.js of the platform that it enrolled from, unless another is chosen', async () => {
  const id = await made.create('Anew')
  const settings = await downloadSettings(made.environments, made.caller, id)
  const [serverXid, token] = [settings.get('serverXid') ?? '', settings.get('enrolmentToken') ?? '']
  const enrolment = { ...enrolmentRequest(serverXid, token, newTlsKey()), platform: other }
  await made.environments.enrol(token, enrolment, '192.0.2.1')
  const shown = async () => await made.environments.getServer(made.caller, id, serverXid)
  expect(await shown()).toMatchObject({ platform: other, presence: 'unknown' })
  expect(await runtimeOf(id, { serverXid })).toMatchObject({ status: 409 })
  const theirs = { kind: 'bundle', serverXid }
  const url = paths.environmentDownloads(id)
  expect((await made.request('POST', url, 'administrator theirs', theirs)).statusCode).toBe(404)
  // Nothing ended with what was refused.
  expect(await shown()).toMatchObject({ keyFingerprint: expect.any(String) })
  await addRuntime(archiveOf(runtimeEntries(other, { rest: Buffer.from('elsewhere') })))
  expect((await runtimeOf(id, { serverXid })).node?.toString()).toContain('elsewhere')
  expect((await runtimeOf(id, { serverXid, platform: own })).node?.toString()).toBe('the runtime')
  expect(await shown()).toMatchObject({ platform: other, presence: 'waiting' })
})
