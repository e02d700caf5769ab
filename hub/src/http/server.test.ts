import * as z from 'zod'
import { expect, test } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { forEveryone, forPeople } from '../access/permissions.ts'
import { Problem } from '../lib/problem.ts'
import { putOff } from '../lib/put-off.ts'
import { createServer } from './server.ts'

const stranger: Caller = { kind: 'stranger', name: 'stranger' }
const answer = { schema: { response: { 200: z.object({ ok: z.boolean() }) } } }

test('D22: a server with a route that names no rule does not start', async () => {
  await using server = await open()
  server.get('/v1/forgotten', answer, async () => ({ ok: true }))
  await expect(server.ready()).rejects.toThrow('GET /v1/forgotten')
})

test('D22: a stranger is told to sign in, before any handler runs', async () => {
  await using server = await open()
  let reached = false
  server.get('/v1/jobs', { ...answer, config: forPeople('jobs:read') }, async () => ({ ok: (reached = true) }))
  const reply = await server.inject('/v1/jobs')
  expect([reply.statusCode, reply.json().code, reached]).toEqual([401, 'unauthenticated', false])
})

test('a defect is answered without its inside', async () => {
  await using server = await open()
  server.get('/v1/broken', { ...answer, config: forEveryone }, async () => {
    throw new Error('the password of the database is hunter2')
  })
  const reply = await server.inject('/v1/broken')
  expect(reply.statusCode).toBe(500)
  expect(reply.body).not.toContain('hunter2')
  expect(reply.json().requestId).toMatch(/^[0-9a-f-]{36}$/)
})

test('T2: what others hold up says when to come again, and what a person has to mend does not', async () => {
  await using server = await open()
  server.get('/v1/held-up', { ...answer, config: forEveryone }, async () => {
    throw putOff('Others are at it; send this again in a moment.')
  })
  server.get('/v1/full', { ...answer, config: forEveryone }, async () => {
    throw new Problem('unavailable', 'The disk is full.')
  })
  const replies = await Promise.all([server.inject('/v1/held-up'), server.inject('/v1/full')])
  expect(replies.map(({ statusCode, headers }) => [statusCode, headers['retry-after']])).toEqual([
    [503, '5'],
    [503, undefined],
  ])
})

test('T7: a GET without a body may say what its body would be', async () => {
  await using server = await open()
  server.get('/v1/rows', { ...answer, config: forEveryone }, async () => ({ ok: true }))
  const headers = { 'content-type': 'application/json' }
  const replies = [{ headers }, { headers, payload: '' }, { headers, payload: '{' }].map((sent) =>
    server.inject({ method: 'GET', url: '/v1/rows', ...sent }),
  )
  expect((await Promise.all(replies)).map(({ statusCode }) => statusCode)).toEqual([200, 200, 400])
})

test('a wrong field is named, with what is wanted instead', async () => {
  await using server = await open()
  const body = z.strictObject({ rows: z.number().max(10) })
  server.post('/v1/rows', { config: forEveryone, schema: { ...answer.schema, body } }, async () => ({ ok: true }))
  const reply = await server.inject({ method: 'POST', url: '/v1/rows', payload: { rows: 11 } })
  expect(reply.statusCode).toBe(400)
  expect(reply.json().detail).toBe('"rows": Send a number of at most 10.')
})

test('LIB-1: of a field that may be null, null is told as right too', async () => {
  await using server = await open()
  const body = z.strictObject({
    rating: z.nullable(z.number()),
    status: z.nullable(z.enum(['open', 'closed'])),
    rows: z.optional(z.array(z.strictObject({ source: z.nullable(z.string()), name: z.string() }))),
  })
  server.put('/v1/rows', { config: forEveryone, schema: { ...answer.schema, body } }, async () => ({ ok: true }))
  const refusal = async (payload: object) =>
    (await server.inject({ method: 'PUT', url: '/v1/rows', payload })).json().detail
  expect(await refusal({ status: null })).toBe('"rating": Is missing; send a number or null.')
  expect(await refusal({ status: null, rating: 'high' })).toBe('"rating": Send a number or null.')
  expect(await refusal({ rating: null })).toBe('"status": Send one of "open", "closed" or null.')
  expect(await refusal({ rating: null, status: null, rows: [{}] })).toBe(
    '"rows.0.source": Is missing; send a text or null. "rows.0.name": Is missing; send a text.',
  )
})

test('a query parameter that nobody knows is refused, and not ignored', async () => {
  await using server = await open()
  const querystring = z.object({ tql: z.string().optional() })
  server.get('/v1/things', { config: forEveryone, schema: { ...answer.schema, querystring } }, async () => ({
    ok: true,
  }))
  expect((await server.inject('/v1/things?tql=x')).statusCode).toBe(200)
  const reply = await server.inject('/v1/things?tq1=x')
  expect([reply.statusCode, reply.json().detail]).toEqual([400, expect.stringContaining('tq1')])
})

test('an answer that breaks its own schema is a defect, not a surprise for the client', async () => {
  await using server = await open()
  server.get('/v1/odd', { ...answer, config: forEveryone }, async () => ({ ok: 'yes' }) as unknown as { ok: boolean })
  expect((await server.inject('/v1/odd')).statusCode).toBe(500)
})

test('a body that is said to be JSON and is empty is refused with what to do', async () => {
  await using server = await open()
  server.delete('/v1/things', { ...answer, config: forEveryone }, async () => ({ ok: true }))
  const headers = { 'content-type': 'application/json' }
  const reply = await server.inject({ method: 'DELETE', url: '/v1/things', headers })
  expect([reply.statusCode, reply.json().detail]).toEqual([400, expect.stringContaining('Leave the header out')])
})

test('D17: a GET may carry a JSON body, as TcEx sends long queries', async () => {
  await using server = await open()
  server.get('/v1/echo', { ...answer, config: forEveryone }, async (request) => ({ ok: request.body !== undefined }))
  const reply = await server.inject({ method: 'GET', url: '/v1/echo', payload: { data: { tql: 'x' } } })
  expect(reply.json()).toEqual({ ok: true })
})

async function open() {
  const server = await createServer({ authenticate: async () => stranger, logger: false })
  return Object.assign(server, { [Symbol.asyncDispose]: async () => await server.close() })
}
