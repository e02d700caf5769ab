import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { paths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApi, type TestApi, testHost, testOrigin } from '../http/test-api.ts'

let api: TestApi
let port: number

beforeAll(async () => {
  api = await createTestApi()
  await api.https.listen({ host: '127.0.0.1', port: 0 })
  port = (api.https.server.address() as AddressInfo).port
})
afterAll(async () => await api.close())

/** The status of an upgrade; 101 if it became a WebSocket. */
async function upgrade(headers: Record<string, string>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const asked = request({
    host: '127.0.0.1',
    port,
    path: paths.live,
    // The hub closes the connection of a refused upgrade; the next one needs its own.
    agent: false,
    headers: {
      host: testHost,
      connection: 'upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
      ...headers,
    },
  })
  asked.once('response', (response) => {
    response.resume()
    resolve(response.statusCode ?? 0)
  })
  asked.once('upgrade', (_response, socket) => {
    socket.destroy()
    resolve(101)
  })
  asked.once('error', reject)
  asked.end()
  return await promise
}

test('D18: a live page opens for a session from a page of this hub, and from no other site', async () => {
  const cookie = await api.cookieOf('read-only')
  const foreign = [
    'https://evil.example.net',
    'null',
    `${testOrigin}.evil.example.net`,
    testOrigin.replace('https', 'http'),
    testOrigin.replace('https', 'wss'),
    `${testOrigin}:444`,
    `${testOrigin}/`,
  ]
  for (const origin of foreign) expect([origin, await upgrade({ cookie, origin })]).toEqual([origin, 403])
  expect(await upgrade({ cookie })).toBe(403)
  expect(await upgrade({ cookie, origin: testOrigin })).toBe(101)
})

test('D18: a live page opens for nobody without a session, and for no token', async () => {
  expect(await upgrade({ origin: testOrigin })).toBe(401)
  const authorization = `Bearer ${await api.tokenOf('administrator')}`
  expect(await upgrade({ origin: testOrigin, authorization })).toBe(403)
})
