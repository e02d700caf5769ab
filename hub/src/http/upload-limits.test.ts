import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { limits, paths, tcexPaths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApi, type TestApi, testHost } from './test-api.ts'

let api: TestApi
let port: number
let admin: string

beforeAll(async () => {
  api = await createTestApi()
  await api.https.listen({ host: '127.0.0.1', port: 0 })
  port = (api.https.server.address() as AddressInfo).port
  admin = await api.tokenOf('administrator')
})
afterAll(async () => await api.close())

const batches = `${tcexPaths.base}${tcexPaths.createAndUpload}`

test.each([
  ['JSON', paths.users, 'application/json'],
  ['a package', paths.apps, 'application/octet-stream'],
])('S14: %s that says it has ten gigabytes is refused before any of them is sent', async (_name, path, type) => {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${testHost}`,
    `Authorization: Bearer ${admin}`,
    `Content-Type: ${type}`,
    'Content-Length: 10000000000',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n{`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  expect(answer.toString()).toMatch(/^HTTP\/1.1 413 [^]*"code":"too-large"/)
})

test('S14: a body without end is cut soon after its limit', async () => {
  const limit = 1024 * 1024
  const { sent, answer } = await pour(paths.users, 'application/json', Buffer.alloc(65_536, ' '), limit * 40)
  expect(answer).toMatch(/^(?:$|HTTP\/1.1 413 )/)
  // What the system's buffers hold on both sides comes on top.
  expect(sent).toBeLessThan(limit * 20)
})

test('S14: an upload of more parts than a batch has is refused', async () => {
  const part = (name: string) => `--f\r\nContent-Disposition: form-data; name="${name}"; filename="x"\r\n\r\n{}\r\n`
  const field = '--f\r\nContent-Disposition: form-data; name="x"\r\n\r\nx\r\n'
  for (const many of [part('extra').repeat(50), field.repeat(50), part('content').repeat(5)]) {
    const reply = await api.https.inject({
      method: 'POST',
      url: batches,
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'multipart/form-data; boundary=f' },
      payload: `${many}--f--\r\n`,
    })
    expect([reply.statusCode, reply.json().status]).toEqual([
      expect.toSatisfy((code: number) => code === 400 || code === 413),
      'Invalid',
    ])
  }
})

test('S14: the settings of a batch are bounded by themselves', async () => {
  const config = JSON.stringify({ owner: 'x', action: 'Create', padding: 'x'.repeat(70_000) })
  const form = `--f\r\nContent-Disposition: form-data; name="config"; filename="c"\r\n\r\n${config}\r\n--f--\r\n`
  const headers = { authorization: `Bearer ${admin}`, 'content-type': 'multipart/form-data; boundary=f' }
  const reply = await api.https.inject({ method: 'POST', url: batches, headers, payload: form })
  expect([reply.statusCode, reply.json().description]).toEqual([400, expect.stringContaining('more than 65536 bytes')])
})

test.each([
  ['blank lines', '\n', 'more than 1000 blank lines'],
  ['one line without end', 'x', 'longer than'],
])('S14: sixty megabytes of %s in sixty kilobytes are refused while they come', async (_name, piece, reason) => {
  const bomb = gzipSync(Buffer.alloc(60_000_000, piece), { level: 9 })
  expect(bomb.length).toBeLessThan(65_000)
  const authorization = `TC-Token ${await api.executionToken('export')}`
  const reply = await api.https.inject({
    method: 'PUT',
    url: paths.planValues(api.ours.ids['planId'] ?? ''),
    headers: { authorization, 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
    payload: bomb,
  })
  expect(reply.statusCode).toBeGreaterThanOrEqual(400)
  expect(reply.json().detail).toContain(reason)
})

test('S14: a batch that is nested deeper than 64 is refused as a whole, and the hub goes on', async () => {
  const content = `{"indicator":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  const made = await post(`${tcexPaths.base}/v2/batch`, JSON.stringify({ owner: api.ours.ownerName, action: 'Create' }))
  const batchId = (JSON.parse(made.body) as { data: { batchId: number } }).data.batchId
  const reply = await post(`${tcexPaths.base}${tcexPaths.batch(batchId)}`, content)
  expect(reply.statusCode).toBeGreaterThanOrEqual(400)
  expect(reply.statusCode).toBeLessThan(500)
  expect((await api.https.inject('/healthz')).statusCode).toBe(200)
  expect(content.length).toBeLessThan(limits.batchBytesMax)
})

async function post(url: string, payload: string) {
  const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' }
  return await api.https.inject({ method: 'POST', url, headers, payload })
}

/** Sends until the hub answers or has enough, at most so many bytes. */
async function pour(path: string, type: string, piece: Buffer, bytesMax: number) {
  const socket = connect(port, '127.0.0.1')
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  let answer = ''
  let sent = 0
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  const head = [
    `Host: ${testHost}`,
    `Authorization: Bearer ${admin}`,
    `Content-Type: ${type}`,
    'Transfer-Encoding: chunked',
  ]
  socket.write(`POST ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`)
  while (socket.bytesRead === 0 && !socket.destroyed && sent < bytesMax) {
    sent += piece.length
    const taken = new Promise((resolve) =>
      socket.write(`${piece.length.toString(16)}\r\n${piece.toString()}\r\n`, resolve),
    )
    await Promise.race([taken, closed])
  }
  socket.destroy()
  await closed
  return { sent, answer }
}
