import { readFileSync } from 'node:fs'
import { AppKind, Role } from '@postern/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Permission } from '../access/permissions.ts'
import { type ApiDocument, operationsOf } from './api-breaks.ts'
import { createTestApi, type TestApi, testHost, testOrigin } from './test-api.ts'
import { jsonOf } from './test-values.ts'

let api: TestApi
const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
/** What the file says, which reviewers read; not what the code makes of it. */
const rules = read('route-rules.txt')
  .trimEnd()
  .split('\n')
  .map((line) => {
    const [method = '', path = '', permission = '', callers = ''] = line.split(' ')
    return { name: `${method} ${path}`, method: method as 'GET', path, permission, callers: callers.split(',') }
  })
const bodies = new Map(
  operationsOf(JSON.parse(read('openapi.json')) as ApiDocument).map(([name, , , operation]) => [
    name.replaceAll(/\{(\w+)\}/g, ':$1'),
    operation.requestBody?.content['application/json']?.schema,
  ]),
)

beforeAll(async () => {
  api = await createTestApi()
})
afterAll(async () => await api.close())

/** D22, written out a second time: who has a permission, by role and by kind of app. */
const everyone = ['read-only', 'analyst', 'organization-administrator', 'administrator']
const writers = everyone.slice(1)
const chiefs = everyone.slice(2)
const apps = ['feed', 'alerts', 'action', 'tcex']
const holders: Record<Permission, string[]> = {
  public: [],
  'self:read': [...everyone, ...apps, 'export', 'environment-server'],
  'environments:read': everyone,
  'catalog:read': everyone,
  'jobs:read': everyone,
  'executions:read': [...everyone, ...apps],
  'library:read': [...everyone, ...apps],
  'collections:read': [...everyone, 'export'],
  'exports:read': [...everyone, 'export'],
  'library:write': [...writers, ...apps],
  'collections:write': writers,
  'executions:run': writers,
  'plans:decide': writers,
  'owners:write': chiefs,
  'exclusions:write': chiefs,
  'environments:write': chiefs,
  'jobs:write': chiefs,
  'audit:read': chiefs,
  'settings:read': chiefs,
  'access:write': ['administrator'],
  'runtimes:write': ['administrator'],
  'catalog:write': ['administrator'],
  'settings:write': ['administrator'],
  'packages:read': ['administrator', 'environment-server'],
  'exports:write': ['export'],
  'attempts:write': ['environment-server'],
  enrol: [],
  'readers:read': everyone,
  'readers:write': chiefs,
  // Which list, is decided by the list.
  'lists:fetch': ['stranger', ...everyone, 'reader'],
  'taxii:use': ['reader'],
}

type Who = { kind: string; as: string; headers: Record<string, string> }

async function callers(): Promise<Who[]> {
  const all: Who[] = [
    { kind: 'stranger', as: 'stranger', headers: {} },
    { kind: 'machine', as: 'administrator', headers: {} },
    {
      kind: 'environment-server',
      as: 'environment-server',
      headers: { authorization: `Bearer ${await api.deliveryToken()}` },
    },
    { kind: 'reader', as: 'reader', headers: { authorization: `Bearer ${await api.readerToken()}` } },
  ]
  for (const role of Role.options) {
    all.push({ kind: 'user', as: role, headers: { cookie: await api.cookieOf(role), origin: testOrigin } })
    all.push({ kind: 'token', as: role, headers: { authorization: `Bearer ${await api.tokenOf(role)}` } })
  }
  for (const kind of AppKind.options) {
    const authorization = `TC-Token ${await api.executionToken(kind)}`
    all.push({ kind: 'execution', as: kind, headers: { authorization } })
  }
  return all
}

test('D22: every route lets in whom route-rules.txt names with the rights of role and kind of app, and nobody else', async () => {
  const wrong: string[] = []
  const everybody = await callers()
  for (const { name, method, path, permission, callers: kinds } of rules) {
    // Nothing has this number, so that nothing changes when a caller is let in.
    const url = path.replaceAll(/:\w+/g, '999999999999').replace('*', '')
    for (const { kind, as, headers } of everybody) {
      const own =
        name === 'DELETE /v1/session' && kind === 'user'
          ? { cookie: await api.cookieOf('analyst'), origin: testOrigin }
          : headers
      const server = kind === 'machine' ? api.door : api.https
      const reply = await server.inject({ method, url, headers: { host: testHost, ...own } })
      const isRefused = /signed-in user or a valid token|it needs the right/.test(reply.body)
      const isAllowed =
        kinds.includes(kind) && (permission === 'public' || holders[permission as Permission].includes(as))
      if (isRefused === isAllowed)
        wrong.push(`${name} as ${kind} ${as}: ${reply.statusCode} ${reply.body.slice(0, 200)}`)
    }
  }
  expect(wrong).toEqual([])
  expect(rules.length * everybody.length).toBeGreaterThan(1000)
})

/** Of random ones some hold what no database takes; so many in a row do not. */
const bodiesMax = 50

/** The catalog, the keys and the runtimes are the hub's, not an organization's. */
const shared = [
  'GET /v1/apps/:appId',
  'GET /v1/packages/:sha256',
  'POST /v1/hub-keys/:keyId/revocation',
  'DELETE /v1/runtimes/:platform',
]

test('D22: what another organization has is not there, on every route that names something', async () => {
  const naming = rules.filter(({ name, path }) => path.includes(':') && !shared.includes(name))
  const admin = `Bearer ${await api.tokenOf('administrator')}`
  const wrong: string[] = []
  for (const { name, method, path, permission, callers: kinds } of naming) {
    const authorization = kinds.includes('token')
      ? admin
      : kinds.includes('environment-server')
        ? `Bearer ${await api.deliveryToken()}`
        : kinds.includes('reader')
          ? `Bearer ${await api.readerToken()}`
          : `TC-Token ${await api.executionToken(permission === 'exports:write' ? 'export' : 'feed')}`
    const schema = bodies.get(name)
    // A body that is refused for itself says nothing of what its route would do.
    const tried =
      schema === undefined
        ? [undefined]
        : fc.sample(jsonOf(schema, { kind: 'config' }, true), { numRuns: bodiesMax, seed: 7 })
    let reply = { statusCode: 400, body: 'no body was taken' }
    for (const body of tried) {
      if (reply.statusCode !== 400) break
      reply = await api.https.inject({
        method,
        url: path.replaceAll(/:(\w+)/g, (_, parameter: string) => api.theirs.ids[parameter] ?? ''),
        headers: { host: testHost, authorization, ...bodyHeaders(body, method, path) },
        ...(body === undefined ? {} : { payload: body }),
      })
    }
    // An app is told that it has no right to what is not its own; both say nothing of whether it is there.
    const good = kinds.includes('token') ? [404] : [403, 404]
    if (!good.includes(reply.statusCode)) wrong.push(`${name}: ${reply.statusCode} ${reply.body.slice(0, 300)}`)
  }
  expect(wrong).toEqual([])
  expect(naming.length).toBeGreaterThan(25)
})

test('D22: no list shows what another organization has', async () => {
  const hidden = [api.theirs.ownerName, api.theirs.ids['indicatorId'] ?? '']
  const headers = { host: testHost, authorization: `Bearer ${await api.tokenOf('organization-administrator')}` }
  const lists = rules.filter(({ method, path, permission }) => {
    return method === 'GET' && !path.includes(':') && permission !== 'public' && path !== '/v1/apps' && path !== '/live'
  })
  for (const { name, path } of lists) {
    const reply = await api.https.inject({ url: path, headers })
    expect([name, hidden.filter((each) => reply.body.includes(each))]).toEqual([name, []])
  }
  // The test would see them.
  const theirs = {
    host: testHost,
    authorization: `Bearer ${await api.tokenOf('read-only', api.theirs.organizationId)}`,
  }
  expect((await api.https.inject({ url: '/v1/jobs', headers: theirs })).body).toContain(api.theirs.ownerName)
})

test('D22: what another organization has cannot be named in a body either', async () => {
  const { theirs, ours } = api
  const headers = { host: testHost, authorization: `Bearer ${await api.tokenOf('administrator')}` }
  const job = { name: 'Mine', appId: ours.ids['appId'], environmentId: ours.ids['environmentId'], parameters: {} }
  for (const changes of [{ environmentId: theirs.ids['environmentId'] }, { owner: theirs.ownerName }]) {
    const reply = await api.https.inject({ method: 'POST', url: '/v1/jobs', headers, payload: { ...job, ...changes } })
    expect([400, 403, 404]).toContain(reply.statusCode)
  }
  const config = JSON.stringify({ owner: theirs.ownerName, action: 'Create' })
  const batch = await api.https.inject({
    method: 'POST',
    url: '/api/v2/batch',
    headers: { ...headers, 'content-type': 'application/json' },
    payload: config,
  })
  expect(batch.statusCode).toBeGreaterThanOrEqual(400)
})

test('D18: a change with a session and without the exact Origin is refused, on every route that changes something', async () => {
  const cookie = await api.cookieOf('administrator')
  const foreign = [
    undefined,
    'null',
    'https://evil.example.net',
    `${testOrigin}.evil.example.net`,
    testOrigin.replace('https', 'http'),
    `${testOrigin}:444`,
    testOrigin.toUpperCase(),
  ]
  const passed: string[] = []
  for (const { name, method, path } of rules.filter((rule) => rule.method !== 'GET')) {
    const url = path.replaceAll(/:\w+/g, '999999999999')
    for (const origin of foreign) {
      const headers = { host: testHost, cookie, ...(origin === undefined ? {} : { origin }) }
      const reply = await api.https.inject({ method, url, headers })
      const code = reply.headers['content-type'] === 'application/problem+json' ? reply.statusCode : 401
      if (![401, 403].includes(code) || !reply.body.includes('not come from a page')) passed.push(`${name} ${origin}`)
    }
    const own = await api.https.inject({
      method,
      url,
      headers: { host: testHost, cookie: await freshFor(name, cookie), origin: testOrigin },
    })
    if (own.body.includes('not come from a page')) passed.push(`${name} refuses its own page`)
  }
  expect(passed).toEqual([])
})

/** Signing out ends the session, and the next routes need theirs. */
async function freshFor(name: string, cookie: string): Promise<string> {
  return name === 'DELETE /v1/session' ? await api.cookieOf('administrator') : cookie
}

function bodyHeaders(body: string | undefined, method: string, path: string): Record<string, string> {
  if (path.startsWith('/taxii2/') && method === 'POST') return { 'content-type': 'application/taxii+json;version=2.1' }
  if (body !== undefined) return { 'content-type': 'application/json' }
  const takesLines = method !== 'GET' && /values$|log$/.test(path)
  return takesLines ? { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' } : {}
}
