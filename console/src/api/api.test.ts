import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Me } from '@postern/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { api, ApiProblem, withQuery } from './api.ts'

interface Seen {
  method: string | undefined
  url: string | undefined
  headers: Record<string, unknown>
  body: string
}

let server: Server
let origin: string
let seen: Seen[]
let reply: { status: number; type?: string; body: string }

beforeEach(async () => {
  seen = []
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    seen.push({ method: request.method, url: request.url, headers: request.headers, body })
    response.writeHead(reply.status, { 'content-type': reply.type ?? 'application/json', location: '/elsewhere' })
    response.end(reply.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // A TCP server has an address of this shape.
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => new Promise((resolve) => server.close(resolve)))

const me = { kind: 'user', name: 'chief', role: 'administrator', organizationId: '1', organizationName: 'Default' }

test('a read is parsed by its schema; fields of a newer hub are dropped', async () => {
  reply = { status: 200, body: JSON.stringify({ ...me, mood: 'good' }) }
  expect(await api(`${origin}/v1/me`, { reply: Me })).toEqual(me)
  expect(seen[0]?.headers).toMatchObject({ accept: 'application/json' })
  expect(seen[0]?.headers).not.toHaveProperty('postern-csrf')
})

test('a write carries the header that other origins cannot send', async () => {
  reply = { status: 204, body: '' }
  expect(await api(`${origin}/v1/session`, { method: 'POST', body: { username: 'a' } })).toBeUndefined()
  expect(seen[0]).toMatchObject({ method: 'POST', body: '{"username":"a"}', headers: { 'postern-csrf': '1' } })
})

test('a problem document becomes a problem with its request id', async () => {
  const body = {
    type: '#',
    title: 'Not found',
    status: 404,
    code: 'not-found',
    detail: 'No such execution.',
    requestId: 'r-1',
  }
  reply = { status: 404, type: 'application/problem+json', body: JSON.stringify(body) }
  const problem = await failure(api(`${origin}/v1/me`, { reply: Me }))
  expect(problem).toMatchObject({
    code: 'not-found',
    title: 'Not found',
    detail: 'No such execution.',
    requestId: 'r-1',
  })
})

test('a refusal that is not the hub’s own says so, and a bare 401 still counts as no session', async () => {
  reply = { status: 502, type: 'text/html', body: '<h1>Bad gateway</h1>' }
  expect(await failure(api(`${origin}/v1/me`, { reply: Me }))).toMatchObject({
    code: 'unreadable',
    title: 'Answer 502',
  })
  reply = { status: 401, type: 'text/plain', body: '' }
  expect(await failure(api(`${origin}/v1/me`, { reply: Me }))).toMatchObject({ code: 'unauthenticated' })
})

test('the routes in ThreatConnect’s wire shape refuse in their own words; a missing right ends no session', async () => {
  const batch = `${origin}/api/v2/batch`
  reply = { status: 400, body: JSON.stringify({ status: 'Invalid', description: 'content is missing' }) }
  expect(await failure(api(batch))).toMatchObject({ code: 'invalid', detail: 'content is missing' })
  reply = { status: 401, type: 'text/plain', body: 'You have no right to create there.' }
  expect(await failure(api(batch))).toMatchObject({ code: 'forbidden', detail: 'You have no right to create there.' })
})

test('an answer of another shape, no JSON, and a redirect are problems, not data', async () => {
  reply = { status: 200, body: JSON.stringify({ ...me, kind: 'emperor' }) }
  expect(await failure(api(`${origin}/v1/me`, { reply: Me }))).toMatchObject({
    code: 'unreadable',
    detail: expect.stringContaining('“kind”'),
  })
  reply = { status: 200, body: '{"kind":' }
  expect(await failure(api(`${origin}/v1/me`, { reply: Me }))).toMatchObject({ code: 'unreadable' })
  reply = { status: 302, body: '' }
  expect(await failure(api(`${origin}/v1/me`, { reply: Me }))).toMatchObject({ code: 'unreachable' })
})

test('a hub that is not there is told apart from one that refuses', async () => {
  const closed = createServer()
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve))
  // As above.
  const { port } = closed.address() as AddressInfo
  await new Promise((resolve) => closed.close(resolve))
  expect(await failure(api(`http://127.0.0.1:${port}/v1/me`, { reply: Me }))).toMatchObject({ code: 'unreachable' })
})

test('only parameters with a value go into the query, and they are escaped', () => {
  expect(withQuery('/v1/executions', { cursor: undefined, limit: 100 })).toBe('/v1/executions?limit=100')
  expect(withQuery('/v1/executions', { cursor: 'a&b=c' })).toBe('/v1/executions?cursor=a%26b%3Dc')
  expect(withQuery('/v1/executions')).toBe('/v1/executions')
})

async function failure(call: Promise<unknown>): Promise<ApiProblem> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(ApiProblem)
  // Checked in the line above.
  return error as ApiProblem
}
