import {
  paths,
  type ReportedSetting,
  type ServerSettingsReport,
  type SignedCommand,
  SignedEnvelope,
} from '@postern/protocol'
import { createHash, createPublicKey, verify } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Environments, Member } from '../environments/environments.ts'
import { type EnrolledServer, enrolNewServer, testEnvironments } from '../environments/test-enrolment.ts'
import { createTestHub, person, type TestHub } from '../environments/test-hub.ts'
import type { Server } from '../http/server.ts'
import { type Change, Changes, tellChange } from '../live/changes.ts'
import { Notifications } from '../live/notifications.ts'
import { createPolicyNarrowings } from './policy-narrowings.ts'
import { serverSettingsRoutes } from './routes.ts'
import { createServerSettings, type ServerSettingsFeature } from './server-settings.ts'

let hub: TestHub
let server: Server
let environments: Environments
let settings: ServerSettingsFeature
let caller: Member
let enrolled: EnrolledServer
let environmentId: string
let path: string

beforeAll(async () => {
  hub = await createTestHub()
  caller = person('organization-administrator', hub.organizationId) as Member
  const { database, audit, keys, clock } = hub
  const { db } = database
  environments = testEnvironments(hub)
  const parts = { db, keys, clock, audit, environments }
  settings = createServerSettings(parts)
  const narrowings = createPolicyNarrowings(parts)
  server = await hub.server((server) => serverSettingsRoutes(server, settings, narrowings))
  environmentId = (await environments.create(caller, { name: 'Plant' })).id
  enrolled = await enrolNewServer(environments, caller, environmentId)
  path = paths.environmentServerSettings(environmentId, enrolled.serverXid)
})
afterAll(async () => await hub.close())

const executors: ReportedSetting = {
  number: 4,
  name: 'appsNumberofJobExecutors',
  kind: 'whole-number',
  smallest: 1,
  largest: 1e3,
  secret: false,
  value: 4,
  isSet: false,
  origin: 'default',
  help: 'How many at once.',
  hubMaySet: true,
}
const token: ReportedSetting = {
  number: 11,
  name: 'brokerToken',
  kind: 'text',
  secret: true,
  value: null,
  isSet: true,
  origin: 'enrolment',
  help: 'Key.',
  hubMaySet: false,
}

async function ask(method: 'GET' | 'PUT' | 'POST', url: string, as: string, payload?: object) {
  const answer = await server.inject({ method, url, headers: { caller: as }, ...(payload && { payload }) })
  return { status: answer.statusCode, json: answer.body === '' ? undefined : answer.json() }
}

async function report(changes: Partial<ServerSettingsReport> = {}, as: EnrolledServer = enrolled): Promise<void> {
  const from = await environments.authenticateDeliveryToken(as.appDeliveryToken)
  if (from === undefined) throw new Error('the server is not known')
  await settings.report(from, { settings: [executors, token], answers: [], ...changes })
}

async function commands(kind: 'configure' | 'narrow-policy' = 'configure'): Promise<SignedCommand[]> {
  const rows = await hub.database.db
    .selectFrom('command')
    .select('payload')
    .where('kind', '=', kind)
    .orderBy('created_at')
    .execute()
  const { publicPem } = await hub.keys.current('command')
  return rows.map(({ payload }) => {
    const { body, signature } = SignedEnvelope.parse(JSON.parse(payload))
    expect(verify(null, Buffer.from(body), createPublicKey(publicPem), Buffer.from(signature, 'base64'))).toBe(true)
    return JSON.parse(body) as SignedCommand
  })
}

test('ES-12: before a server has reported there is nothing to see, and nothing to ask of it', async () => {
  expect((await ask('GET', path, 'analyst')).json).toEqual({
    reportedAt: null,
    settings: [],
    changed: 0,
    lastRequest: null,
  })
  const asked = await ask('PUT', path, 'administrator', { settings: { appsNumberofJobExecutors: 2 } })
  expect(asked).toMatchObject({
    status: 409,
    json: { detail: expect.stringContaining('has not reported its settings') },
  })
})

test("ES-12: a server's settings are shown as it reported them last, to those who may see it", async () => {
  await report()
  expect((await ask('GET', path, 'read-only')).json).toMatchObject({ settings: [executors, token], changed: 1 })
  expect((await ask('GET', path, 'administrator theirs')).status).toBe(404)
  expect((await ask('PUT', path, 'analyst', { settings: { appsNumberofJobExecutors: 2 } })).status).toBe(403)
  expect((await ask('PUT', paths.ownSettings, 'administrator', { settings: [], answers: [] })).status).toBe(403)
})

test('ES-12: what a person asks goes out as a signed command, and is what the server made of it', async () => {
  const asked = await ask('PUT', path, 'administrator', { settings: { appsNumberofJobExecutors: 2 } })
  expect(asked.json.lastRequest).toMatchObject({ state: 'waiting', settings: { appsNumberofJobExecutors: 2 } })
  const [command] = await commands()
  expect(command).toMatchObject({
    kind: 'configure',
    serverXid: enrolled.serverXid,
    settings: { appsNumberofJobExecutors: 2 },
  })
  // Another server's word about it counts for nothing.
  const commandId = command?.commandId ?? ''
  const answers: ServerSettingsReport['answers'] = [{ commandId, outcome: 'applied', detail: '' }]
  await report({ answers }, await enrolNewServer(environments, caller, environmentId))
  expect((await ask('GET', path, 'analyst')).json.lastRequest.state).toBe('waiting')
  await report({ settings: [{ ...executors, value: 2, isSet: true, origin: 'hub' }], answers })
  await report({ answers: [{ commandId, outcome: 'refused', detail: 'too late' }] })
  expect((await ask('GET', path, 'analyst')).json.lastRequest).toMatchObject({ state: 'applied', detail: '' })
  const open = await hub.database.db.selectFrom('command').select('id').where('acknowledged_at', 'is', null).execute()
  expect(open).toEqual([])
  expect((await hub.auditActions()).filter(({ action }) => action === 'environment-server.configure')).toHaveLength(1)
})

test('D36: who may change environments narrows a local policy by a signed command, and sees what the server made of it', async () => {
  const url = paths.environmentServerNarrowings(environmentId, enrolled.serverXid)
  const narrowing = { apps: ['one_v1', `one_v1@${'a'.repeat(64)}`], settings: [] }
  await hub.database.db
    .insertInto('app')
    .values({ program_name: 'one_v1', kind: 'feed', display_name: 'One' })
    .execute()
  for (const [as, body, status] of [
    ['analyst', { narrowing }, 403],
    ['administrator theirs', { narrowing }, 404],
    ['administrator', { narrowing: {} }, 400],
    ['administrator', { narrowing: { allowUnconfined: [] } }, 400],
    ['administrator', { narrowing: { apps: ['x'.repeat(301)] } }, 400],
  ] as const)
    expect([as, (await ask('POST', url, as, body)).status]).toEqual([as, status])
  // What no package has would refuse everything there, and the hub could not take it back.
  for (const [entry, meant] of [
    ['one', 'Did you mean one_v1?'],
    ['onne_v1', 'Did you mean one_v1?'],
    [`two@${'a'.repeat(64)}`, 'Name one that its catalog has.'],
  ]) {
    const refused = await ask('POST', url, 'administrator', { narrowing: { apps: ['one_v1', entry] } })
    expect([refused.status, refused.json.detail]).toEqual([
      400,
      expect.stringContaining(`has the app ${entry?.split('@')[0]}. ${meant}`),
    ])
  }
  expect(await commands('narrow-policy')).toEqual([])
  const asked = await ask('POST', url, 'administrator', { narrowing })
  expect(asked).toMatchObject({ status: 200, json: { requests: [{ narrowing, state: 'waiting' }] } })
  const [command] = await commands('narrow-policy')
  expect(command).toMatchObject({ kind: 'narrow-policy', serverXid: enrolled.serverXid, narrowing })
  await report({ answers: [{ commandId: command?.commandId ?? '', outcome: 'refused', detail: 'too many' }] })
  expect((await ask('GET', url, 'read-only')).json.requests).toMatchObject([{ state: 'refused', detail: 'too many' }])
  // What is in force there is the server's own word: a person there may have taken a narrowing back.
  const policy = { lists: { apps: { names: ['one_v1'], count: 1 } }, allowUnconfined: false, diskMegabytesMax: 4096 }
  expect((await ask('GET', url, 'read-only')).json).toMatchObject({ local: null, requests: [{ isInForce: null }] })
  for (const narrowedBy of [[command?.commandId ?? ''], []]) {
    await report({ policy: { ...policy, narrowedBy } })
    const shown = (await ask('GET', url, 'read-only')).json
    expect(shown).toMatchObject({ local: policy, requests: [{ isInForce: narrowedBy.length === 1 }] })
  }
  // It is no request about settings.
  expect((await ask('GET', path, 'read-only')).json.lastRequest).toMatchObject({
    settings: { appsNumberofJobExecutors: 2 },
  })
  expect((await hub.auditActions()).filter(({ action }) => action === 'environment-server.narrow-policy')).toHaveLength(
    1,
  )

  const older = await enrolNewServer(environments, caller, environmentId)
  await hub.database.db
    .updateTable('environment_server')
    .set({ protocol_version: 4 })
    .where('server_xid', '=', older.serverXid)
    .execute()
  const refused = await ask(
    'POST',
    paths.environmentServerNarrowings(environmentId, older.serverXid),
    'administrator',
    { narrowing },
  )
  expect(refused).toMatchObject({ status: 409, json: { detail: expect.stringContaining('Upgrade it first') } })
})

test('ES-10: a server says that it is locked by its one token outside of the keychain, and nobody else says it', async () => {
  const notice = async (serverXid: string, bearer: string) =>
    (
      await server.inject({
        method: 'POST',
        url: paths.lockedNotices,
        headers: { authorization: `Bearer ${bearer}` },
        payload: { serverXid },
      })
    ).statusCode
  const { serverXid } = enrolled
  expect(await notice(serverXid, 'no token yet')).toBe(401)
  await report({ lockedTokenSha256: createHash('sha256').update('of-the-keystore').digest('hex') })
  expect(await notice(serverXid, 'another')).toBe(401)
  expect((await environments.getServer(caller, environmentId, serverXid)).presence).toBe('unknown')
  expect(await notice(serverXid, 'of-the-keystore')).toBe(204)
  expect(await environments.getServer(caller, environmentId, serverXid)).toMatchObject({
    presence: 'unhealthy',
    presenceReason: expect.stringContaining('Its keychain is locked'),
  })

  const told: Change[] = []
  const notifications = new Notifications(hub.databaseUrl, hub.log)
  new Changes(notifications).on((change) => told.push(change))
  await notifications.start()
  // It says so again and again: live pages hear of it when it is news.
  for (const seconds of [30, 30, 121]) {
    hub.clock.advance(seconds)
    expect(await notice(serverXid, 'of-the-keystore')).toBe(204)
  }
  const last: Change = { changed: 'executions', part: 'state' }
  await tellChange(hub.database.db, last)
  await expect.poll(() => told).toContainEqual(last)
  expect(told).toMatchObject([{ changed: 'environments', id: environmentId }, last])
  await notifications.stop()
})

test('D31: what the server says a hub may not set is not even sent; a request that is not answered in a day has expired', async () => {
  const before = (await commands()).length
  for (const [wanted, status] of [
    [{ brokerToken: 'x' }, 403],
    [{ brokerHost: 'elsewhere.example' }, 400],
    [{}, 400],
    [{ 'not a name': 1 }, 400],
  ] as const) {
    expect([wanted, (await ask('PUT', path, 'administrator', { settings: wanted })).status]).toEqual([wanted, status])
  }
  expect(await commands()).toHaveLength(before)
  hub.clock.advance(1)
  await ask('PUT', path, 'administrator', { settings: { appsNumberofJobExecutors: null } })
  hub.clock.advance(24 * 3600 + 1)
  expect((await ask('GET', path, 'analyst')).json.lastRequest.state).toBe('expired')
})
