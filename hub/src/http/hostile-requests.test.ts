import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import * as z from 'zod'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { forEveryone } from '../access/permissions.ts'
import { httpLimits } from './http-limits.ts'
import { createServer, type Server } from './server.ts'

let server: Server
let port: number
let caller: Caller = { kind: 'stranger', name: 'stranger' }

beforeAll(async () => {
  server = await createServer({ authenticate: async () => caller, logger: false })
  const body = z.object({ name: z.any() })
  server.post('/v1/names', { config: forEveryone, schema: { body, response: { 200: z.any() } } }, async (request) => ({
    got: request.body.name,
  }))
  server.get('/v1/names/:name', { config: forEveryone, schema: { response: { 200: z.any() } } }, async () => ({}))
  await server.listen({ host: '127.0.0.1', port: 0 })
  port = (server.server.address() as AddressInfo).port
})
afterAll(async () => await server.close())

async function post(payload: string) {
  const reply = await server.inject({
    method: 'POST',
    url: '/v1/names',
    payload,
    headers: { 'content-type': 'application/json' },
  })
  return { status: reply.statusCode, body: reply.json() }
}

/** What comes back for bytes, until the hub closes the connection. */
async function answerTo(bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  socket.on('error', () => {})
  socket.write(bytes)
  await once(socket, 'close')
  return text
}

test.each(['"a\\u0000b"', '"\\ud800"', '["x",{"y":"\\udc00"}]'])(
  'S14: text that cannot be stored is refused by its place, and never reaches a handler: %s',
  async (name) => {
    const { status, body } = await post(`{"name":${name}}`)
    expect([status, body.detail]).toEqual([400, expect.stringMatching(/^name[\w.]*: holds a NUL or half a character/)])
    expect((await server.inject('/v1/names/a%00b')).statusCode).toBe(400)
    expect((await post('{"name":{"a\\u0000":1}}')).body.detail).toContain('field name')
  },
)

test('S14: what an app or an environment server passes on is mended, so that no run hangs on a character', async () => {
  caller = { kind: 'environment-server', serverXid: '1', name: 'gate', environmentId: '1', organizationId: '1' }
  try {
    expect(await post('{"name":["a\\u0000b","\\ud800"]}')).toEqual({
      status: 200,
      body: { got: ['a\ufffdb', '\ufffd'] },
    })
  } finally {
    caller = { kind: 'stranger', name: 'stranger' }
  }
})

test('S14: JSON nested deeper than 64 is refused', async () => {
  const nested = (depth: number) => `{"name":${'['.repeat(depth)}${']'.repeat(depth)}}`
  expect((await post(nested(httpLimits.jsonDepthMax - 1))).status).toBe(200)
  for (const depth of [httpLimits.jsonDepthMax, 100_000])
    expect((await post(nested(depth))).body.detail).toContain('nested deeper')
})

test.each([
  ['no HTTP', 'hello\r\n\r\n', '400'],
  ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}`, '413'],
  ['two lengths', 'POST /v1/names HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', '400'],
  [
    'a length and chunks, as smugglers send',
    'POST /v1/names HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    '400',
  ],
])('S14: %s is answered with a problem, and the connection is closed', async (_name, bytes, status) => {
  const answer = await answerTo(bytes)
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  expect(answer).toContain('application/problem+json')
})

test.each(['/%', '/v1/names/%ff', '/v1/names', '/nowhere'])(
  'S14: a WebSocket where there is none, %s, is refused, and its connection does not stay',
  async (path) => {
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
    const answer = await answerTo(
      `GET ${path} HTTP/1.1\r\nHost: x\r\n${upgrade}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1.1 400 [^]*application\/problem\+json/)
  },
)

test('S14: an address that is no address is a problem document as any other', async () => {
  for (const url of ['/%', '/v1/names/%ff', `/v1/names/${'x'.repeat(400)}`]) {
    const reply = await server.inject(url)
    expect([reply.statusCode, reply.json().code]).toEqual([400, 'invalid'])
  }
})
