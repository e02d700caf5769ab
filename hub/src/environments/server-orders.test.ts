import { X509Certificate } from 'node:crypto'
import { BundleSettings, downloadHeaders, paths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findConnectionCredentials, revokedAmong } from './connection-credentials.ts'
import type { Environments, Member } from './environments.ts'
import { json, unzip } from './test-bundle.ts'
import { enrolmentRequest, enrolNewServer, newTlsKey } from './test-enrolment.ts'
import { createTestEnvironments, type TestEnvironments } from './test-environments.ts'
import type { TestHub } from './test-hub.ts'

let made: TestEnvironments
let hub: TestHub
let environments: Environments
let caller: Member

beforeAll(async () => {
  made = await createTestEnvironments()
  ;({ hub, environments, caller } = made)
})
afterAll(async () => await made.close())

test('D37: a server is enrolled anew under its number with another key, and a person confirms it; the old identity is dead', async () => {
  const id = await made.create('Enrolled anew')
  const before = await enrolNewServer(environments, caller, id)
  const { serverXid } = before
  const { confirmed: isConfirmed, keyFingerprint: fingerprintBefore } = await environments.getServer(
    caller,
    id,
    serverXid,
  )
  expect(isConfirmed).toBe(true)
  expect(
    (await made.request('POST', paths.environmentDownloads(id), 'administrator', { kind: 'config', serverXid }))
      .statusCode,
  ).toBe(400)
  await environments.revoke(caller, id, serverXid)
  const anew = { kind: 'bundle', withoutRuntime: true, serverXid }
  expect(
    (await made.request('POST', paths.environmentDownloads(await made.create('Other')), 'administrator', anew))
      .statusCode,
  ).toBe(404)
  const bundle = await made.request('POST', paths.environmentDownloads(id), 'administrator', anew)
  expect(bundle.headers[downloadHeaders.serverXid]).toBe(serverXid)
  const settings = BundleSettings.parse(
    json(await unzip(bundle.rawPayload), 'postern-envsvr/.postern-envsvr/settings.json'),
  )
  expect(settings).toMatchObject({ serverXid, serverName: 'Enrolled anew 1' })
  expect(await environments.getServer(caller, id, serverXid)).toMatchObject({
    presence: 'waiting',
    confirmed: false,
    keyFingerprint: null,
  })
  expect(await environments.authenticateDeliveryToken(before.appDeliveryToken)).toBeUndefined()
  expect(await findConnectionCredentials(hub.database.db, [serverXid])).toEqual(new Map())
  expect(await revokedAmong(hub.database.db, [serverXid])).toEqual([serverXid])

  const answer = await environments.enrol(
    settings.enrolmentToken,
    enrolmentRequest(serverXid, settings.enrolmentToken, newTlsKey()),
    '192.0.2.9',
  )
  // Minutes after the download: were it a new server, nobody would be asked.
  expect(answer.confirmed).toBe(false)
  expect(new X509Certificate(answer.certificate).subject).toBe(`CN=${serverXid}`)
  expect(answer.brokerToken).not.toBe(before.brokerToken)
  // Whoever compared the key before confirms that one alone.
  const compared = { keyFingerprint: fingerprintBefore ?? '' }
  await expect(environments.confirm(caller, id, serverXid, compared)).rejects.toMatchObject({ code: 'conflict' })
  const { confirmed, keyFingerprint } = await environments.getServer(caller, id, serverXid)
  expect(confirmed).toBe(false)
  expect((await environments.confirm(caller, id, serverXid, { keyFingerprint: keyFingerprint ?? '' })).confirmed).toBe(
    true,
  )
  expect(
    (await hub.auditActions()).filter(({ subject }) => subject.endsWith(serverXid)).map(({ action }) => action),
  ).toEqual([
    'environment-server.enrol',
    'environment-server.revoke',
    'environment-server.enrol',
    'environment-server.confirm',
  ])
})

test('a drained server says so until it is resumed, each once in the audit; a revoked one is not drained', async () => {
  const id = await made.create('Drained')
  const { serverXid } = await enrolNewServer(environments, caller, id)
  const path = paths.environmentServerDrain(id, serverXid)
  for (let time = 0; time < 2; time += 1)
    expect((await made.request('POST', path, 'administrator')).json().drainedAt).toBe(hub.clock.now().toISOString())
  for (let time = 0; time < 2; time += 1)
    expect((await made.request('DELETE', path, 'administrator')).json().drainedAt).toBe(null)
  expect((await made.request('POST', path, 'analyst')).statusCode).toBe(403)
  await environments.revoke(caller, id, serverXid)
  expect((await made.request('POST', path, 'administrator')).statusCode).toBe(409)
  const actions = (await hub.auditActions())
    .filter(({ subject }) => subject.endsWith(serverXid))
    .map(({ action }) => action)
  expect(actions.filter((action) => /drain|resume/.test(action))).toEqual([
    'environment-server.drain',
    'environment-server.resume',
  ])
})

test('D40: a server is revoked as compromised since a time, also when it is revoked already; it only moves back', async () => {
  const id = await made.create('Compromised')
  const { serverXid } = await enrolNewServer(environments, caller, id)
  const path = paths.environmentServerRevocation(id, serverXid)
  const since = async () => {
    const { db } = hub.database
    const rows = db.selectFrom('server_key').select('compromised_from').where('server_xid', '=', serverXid)
    return (await rows.execute()).map((row) => row.compromised_from?.toISOString() ?? null)
  }
  expect(await since()).toEqual([null])
  const revoke = async (minutesAgo: number | undefined, as = 'administrator') => {
    const time = new Date(hub.clock.now().getTime() - (minutesAgo ?? 0) * 60_000).toISOString()
    const query = minutesAgo === undefined ? '' : `?compromisedFrom=${time}`
    return { time, status: (await made.request('POST', `${path}${query}`, as)).statusCode }
  }
  expect([(await revoke(-1)).status, (await revoke(1, 'analyst')).status, await since()]).toEqual([400, 403, [null]])
  expect([(await revoke(undefined)).status, await since()]).toEqual([200, [null]])
  const first = await revoke(10)
  expect([first.status, await since()]).toEqual([200, [first.time]])
  await revoke(5)
  expect(await since()).toEqual([first.time])
  const earlier = await revoke(60)
  expect(await since()).toEqual([earlier.time])
  expect(await environments.getServer(caller, id, serverXid)).toMatchObject({ compromisedFrom: earlier.time })
  const audited = (await hub.auditActions()).filter(
    ({ action, subject }) => action === 'environment-server.revoke' && subject.endsWith(serverXid),
  )
  expect(audited.map(({ detail }) => detail['compromisedFrom'])).toEqual(
    expect.arrayContaining([undefined, first.time, earlier.time]),
  )
})
