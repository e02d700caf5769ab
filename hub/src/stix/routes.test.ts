import { KeptTextDetail, KeptTextPage, limits, paths, StixImport } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { createServer, type Server } from '../http/server.ts'
import { stixRoutes } from './routes.ts'
import { createTestStix, type TestStix } from './test-stix.ts'

let world: TestStix
let server: Server

beforeAll(async () => {
  world = await createTestStix()
  // Callers name themselves; what they may do is the routes' own.
  server = await createServer({
    logger: false,
    authenticate: async (request) => JSON.parse(String(request.headers['caller'])) as Caller,
  })
  stixRoutes(server, world.stix)
  await server.ready()
})
afterAll(async () => {
  await server.close()
  await world.close()
})

const instant = '2026-01-01T00:00:00.000Z'
const bundle = {
  type: 'bundle',
  id: 'bundle--01234567-89ab-4cde-8f01-23456789abcd',
  objects: [
    {
      type: 'indicator',
      spec_version: '2.1',
      id: 'indicator--01234567-89ab-4cde-8f01-23456789abcd',
      created: instant,
      modified: instant,
      pattern: "[domain-name:value = 'routed.example.com']",
      pattern_type: 'stix',
      valid_from: instant,
    },
  ],
}

const headers = (caller: Caller) => ({ caller: JSON.stringify(caller) })
const importURL = (owner: string) => `${paths.stixBundles}?${new URLSearchParams({ owner })}`

function bring(
  owner: string,
  body: string,
  contentType = 'application/stix+json;version=2.1',
  caller: Caller = world.person,
) {
  return server.inject({
    method: 'POST',
    url: importURL(owner),
    headers: { ...headers(caller), 'content-type': contentType },
    payload: body,
  })
}

test('LIB-6: a bundle goes in over HTTP and its owner comes out, in each form with its media type', async () => {
  const ownerId = await world.owner('Routed')
  const answer = await bring('Routed', JSON.stringify(bundle))
  expect(StixImport.parse(answer.json())).toMatchObject({ objects: 1, mapped: 1, indicators: { created: 1 } })
  for (const [version, type] of [
    ['2.1', 'application/stix+json;version=2.1'],
    ['2.0', 'application/vnd.oasis.stix+json;version=2.0'],
    ['1.1.1', 'application/xml'],
  ] as const) {
    const out = await server.inject({
      method: 'GET',
      url: `${paths.ownerStix(ownerId)}?specVersion=${version}`,
      headers: headers(world.person),
    })
    expect([out.statusCode, out.headers['content-type']]).toEqual([200, type])
    expect(out.body).toContain('routed.example.com')
  }
  const unknown = await server.inject({ method: 'GET', url: paths.ownerStix('999'), headers: headers(world.person) })
  expect(unknown.statusCode).toBe(404)
})

test('LIB-6: what is no bundle, an unknown owner and another media type are refused in words', async () => {
  await world.owner('Routed')
  const refusals = await Promise.all([
    bring('Routed', '{"type":"bundle"', 'application/json'),
    bring('Nobody', JSON.stringify(bundle)),
    bring('Routed', '<stix:STIX_Package/>', 'application/xml'),
    bring('Routed', ''),
  ])
  expect(refusals.map(({ statusCode }) => statusCode)).toEqual([400, 404, 415, 400])
  expect(refusals[0]?.json()).toMatchObject({ detail: 'This is not JSON: it ends too early, at character 16.' })
  expect(refusals[1]?.json()).toMatchObject({ detail: expect.stringMatching(/^There is no owner Nobody\b/) })
  expect((await bring('Ruoted', JSON.stringify(bundle))).json()).toMatchObject({
    detail: 'There is no owner Ruoted; did you mean Routed?',
  })
})

test('D22: an execution brings bundles in only for its job’s owner, and takes none out', async () => {
  const ownerId = await world.owner('Routed')
  const caller: Caller = {
    kind: 'execution',
    appKind: 'feed',
    organizationId: world.organizationId,
    jobId: '1',
    executionId: '1',
    attempt: 1,
    name: 'a feed',
    ownerId,
    readableOwnerIds: [],
    collectionIds: [],
    controlId: null,
  }
  await world.owner('Another')
  expect((await bring('Another', JSON.stringify(bundle), 'application/json', caller)).statusCode).toBe(403)
  const out = await server.inject({ method: 'GET', url: paths.ownerStix(ownerId), headers: headers(caller) })
  expect(out.statusCode).toBe(403)
})

test('S14: a body above the limit is refused while it comes in', async () => {
  const answer = await bring('Routed', ' '.repeat(limits.batchBytesMax + 1), 'application/json')
  expect(answer.statusCode).toBe(413)
})

test('LIB-6: kept texts are found by what stands in them, and shown', async () => {
  const asset = {
    type: 'x-mitre-asset',
    spec_version: '2.1',
    id: 'x-mitre-asset--01234567-89ab-4cde-8f01-23456789abce',
    created: instant,
    modified: instant,
    name: 'Data Historian',
  }
  await world.owner('Assets')
  expect((await bring('Assets', JSON.stringify({ ...bundle, objects: [asset] }))).statusCode).toBe(200)
  const search = new URLSearchParams({ text: 'historian', outcome: 'kept', owner: await world.owner('Assets') })
  const found = await server.inject({ url: `${paths.keptTexts}?${search}`, headers: headers(world.person) })
  const [row] = KeptTextPage.parse(found.json()).data
  expect(row).toMatchObject({
    objectId: asset.id,
    type: asset.type,
    name: asset.name,
    ownerName: 'Assets',
    outcome: 'kept',
  })
  const shown = await server.inject({ url: paths.keptText(row?.id ?? ''), headers: headers(world.person) })
  expect(JSON.parse(KeptTextDetail.parse(shown.json()).text)).toEqual(asset)
  const stranger = { ...world.person, organizationId: '999' }
  expect((await server.inject({ url: paths.keptText(row?.id ?? ''), headers: headers(stranger) })).statusCode).toBe(404)
})
