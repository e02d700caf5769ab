import { createHash, type KeyObject, sign, X509Certificate } from 'node:crypto'
import { moveProofMessage, type MoveRequest, paths, renewalProofMessage, RenewalResponse } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Server } from '../http/server.ts'
import type { Environments, Member } from './environments.ts'
import { environmentRoutes } from './routes.ts'
import { downloadMove, type EnrolledServer, enrolNewServer, newTlsKey, testEnvironments } from './test-enrolment.ts'
import { createTestHub, person, type TestHub } from './test-hub.ts'

let hub: TestHub
let environments: Environments
let server: Server
let caller: Member
let north: string
let south: string
let moving: EnrolledServer

beforeAll(async () => {
  hub = await createTestHub()
  caller = person('organization-administrator', hub.organizationId) as Member
  environments = testEnvironments(hub)
  server = await hub.server((server) => environmentRoutes(server, environments))
  north = (await environments.create(caller, { name: 'North' })).id
  south = (await environments.create(caller, { name: 'South' })).id
  moving = await enrolNewServer(environments, caller, north)
})
afterAll(async () => await hub.close())

function request(serverXid: string, token: string, key: KeyObject): MoveRequest {
  return {
    serverXid,
    proof: sign('sha256', Buffer.from(moveProofMessage(serverXid, token)), key).toString('base64'),
    held: [],
  }
}

async function send(token: string, payload: MoveRequest): Promise<number> {
  const answer = await server.inject({
    method: 'POST',
    url: paths.moves,
    headers: { authorization: `Bearer ${token}` },
    payload,
  })
  return answer.statusCode
}

async function tokenFor(environmentId: string, as: Member = caller): Promise<string> {
  return (await downloadMove(environments, as, environmentId)).get('moveToken') ?? ''
}

test('ES-2: a .env names the environment, the hub, its CA and a token, and makes no identity', async () => {
  const file = await downloadMove(environments, caller, south)
  const ca = new X509Certificate(await hub.authority.certificatePem())
  expect(Object.fromEntries(file)).toEqual({
    apiURL: 'https://hub.example.org:8443',
    brokerHost: 'hub.example.org',
    brokerPort: '62000',
    environmentName: 'South',
    caSha256: createHash('sha256').update(ca.raw).digest('hex'),
    moveToken: expect.stringMatching(/^psm_/),
  })
  expect((await environments.get(caller, south)).servers).toEqual([])
})

test('S9: a stolen .env moves nothing without the key of an enrolled server of that organization', async () => {
  const token = await tokenFor(south)
  const { serverXid, privateKey } = moving
  expect(await send(token, request(serverXid, token, newTlsKey()))).toBe(401)
  expect(await send(token, request('999999', token, privateKey))).toBe(401)
  expect(await send('psm_guess', request(serverXid, 'psm_guess', privateKey))).toBe(401)
  expect(await send(token, request(serverXid, `${token}x`, privateKey))).toBe(401)
  // Another organization's token does not take our server away.
  const theirs = person('administrator', hub.otherOrganizationId) as Member
  const elsewhere = await tokenFor((await environments.create(theirs, { name: 'Theirs' })).id, theirs)
  expect(await send(elsewhere, request(serverXid, elsewhere, privateKey))).toBe(401)
  expect(await environments.getServer(caller, north, serverXid)).toMatchObject({ serverXid })
  const refused = (await hub.auditActions()).filter(({ action }) => action === 'environment-server.move-refused')
  expect(refused.length).toBeGreaterThan(0)
})

test('ES-22: a server asks for its next certificate with its own token, and nobody asks for it (D37)', async () => {
  const { serverXid, privateKey, certificate } = moving
  const serial = new X509Certificate(certificate).serialNumber
  const proof = sign('sha256', Buffer.from(renewalProofMessage(serverXid, serial)), privateKey).toString('base64')
  const ask = async (as: string) =>
    await server.inject({ method: 'POST', url: paths.renewals, headers: { caller: as }, payload: { serial, proof } })
  expect((await ask('administrator')).statusCode).toBe(403)
  expect((await ask('stranger')).statusCode).toBe(403)
  expect((await ask('environment-server')).json()).toMatchObject({ code: 'conflict' })
  hub.clock.advance(61 * 86_400)
  const renewed = RenewalResponse.parse((await ask('environment-server')).json())
  expect(new X509Certificate(renewed.certificate).checkPrivateKey(privateKey)).toBe(true)
  hub.clock.advance(-61 * 86_400)
})

test('D37: a server that proves its key moves with number, key and tokens; its token works once, and again for itself alone', async () => {
  const token = await tokenFor(south)
  const { serverXid, privateKey, appDeliveryToken } = moving
  const other = await enrolNewServer(environments, caller, north)
  expect(await send(token, request(serverXid, token, privateKey))).toBe(200)
  // The answer was lost: the same server asks again.
  expect(await send(token, request(serverXid, token, privateKey))).toBe(200)
  expect(await send(token, request(other.serverXid, token, other.privateKey))).toBe(401)
  expect(await environments.getServer(caller, south, serverXid)).toMatchObject({ serverXid, confirmed: true })
  expect(await environments.authenticateDeliveryToken(appDeliveryToken)).toMatchObject({
    serverXid,
    environmentId: south,
  })
  const moves = (await hub.auditActions()).filter(({ action }) => action === 'environment-server.move')
  expect(moves.map(({ detail }) => detail)).toEqual([
    expect.objectContaining({ from: north, to: south, handedBack: 0 }),
  ])
  // Back again, by a token that is a day old.
  const late = await tokenFor(north)
  hub.clock.advance(24 * 3600 + 1)
  expect(await send(late, request(serverXid, late, privateKey))).toBe(401)
  await environments.revoke(caller, south, serverXid)
  const revoked = await tokenFor(north)
  expect(await send(revoked, request(serverXid, revoked, privateKey))).toBe(401)
})

test('ES-2: move tokens go some time after they have ended; those that still work stay', async () => {
  const tokens = async () =>
    (await hub.database.db.selectFrom('environment_move').select('token_sha256').execute()).length
  expect(await tokens()).toBeGreaterThan(0)
  hub.clock.advance(9 * 86_400)
  await tokenFor(south)
  await environments.tidyMoves()
  expect(await tokens()).toBe(1)
})
