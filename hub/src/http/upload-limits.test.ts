import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { limits, paths, tcexPaths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { httpLimits } from './http-limits.ts'
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
  socket.write(`${headOf('POST', path, 10_000_000_000, type)}{`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  expect(answer.toString()).toMatch(/^HTTP\/1.1 413 [^]*"code":"too-large"[^]* than the [\d,]+ bytes that/)
})

test.each([
  ['bundles', 'POST', `${paths.stixBundles}?owner=Nobody`, 75_000_000, 4],
  ['lists', 'POST', paths.warningLists, 100_000_000, 2],
  ['runtimes', 'POST', `${paths.runtimes}?sha256=${'0'.repeat(64)}`, limits.runtimeBytesMax, 1],
])(
  'S14: of large %s only as many as fit are let in before any of their bytes are',
  async (_name, method, path, bytes, fitting) => {
    const answers: string[] = []
    const sockets = Array.from({ length: fitting + 1 }, () => connect(port, '127.0.0.1'))
    for (const socket of sockets) {
      socket.on('error', () => {})
      socket.on('data', (answer) => answers.push(answer.toString()))
      socket.write(`${headOf(method, path, bytes)}{`)
    }
    await vi.waitFor(() => expect(answers).toHaveLength(1))
    expect(answers[0]).toMatch(/^HTTP\/1.1 503 [^]*"code":"unavailable"/)
    // Whoever hangs up makes room as soon as the hub hears of it, and one that is answered does at once.
    for (const socket of sockets) socket.destroy()
    const small = async () =>
      await api.https.inject({
        method: 'POST',
        url: path,
        headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
        payload: '[]',
      })
    await vi.waitFor(async () => expect((await small()).statusCode).toBeOneOf([400, 404]))
    for (let turn = 0; turn < 40; turn++) expect((await small()).statusCode).toBeOneOf([400, 404])
    const again = Array.from({ length: fitting }, () => connect(port, '127.0.0.1'))
    for (const socket of again) socket.on('error', () => {}).write(`${headOf(method, path, bytes - 2)}{`)
    await vi.waitFor(async () => expect((await small()).statusCode).toBeOneOf([400, 404]))
    for (const socket of again) socket.destroy()
    expect(answers).toHaveLength(1)
  },
)

function headOf(method: string, path: string, bytes: number, type = 'application/json'): string {
  const head = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${testHost}`,
    `Authorization: Bearer ${admin}`,
    `Content-Type: ${type}`,
    `Content-Length: ${bytes}`,
  ]
  return `${head.join('\r\n')}\r\n\r\n`
}

const octets = 'application/octet-stream'
const batch = `${tcexPaths.base}/v2/batch`

test.each([
  ['JSON', paths.users, 'application/json', 'gzip', /^This route takes no compressed body/],
  ['a bundle', `${paths.stixBundles}?owner=Nobody`, 'application/stix+json', 'br', /"Content-Encoding: br"/],
  ['a package', paths.apps, octets, 'gzip', /as it is, without that header/],
  ['a batch', batch, octets, 'x-gzip', /"Content-Encoding: x-gzip"/],
  ['a form', batches, 'multipart/form-data; boundary=f', 'gzip', /no compressed body/],
])('S14: %s that is compressed is 415 and told how to be sent', async (_name, path, type, coding, told) => {
  const head = headOf('POST', path, 4, type).replace('\r\n\r\n', `\r\nContent-Encoding: ${coding}\r\n\r\n`)
  const { status, text, document } = await sendThenRead(`${head}\x1f\x8b\x08\x00`)
  expect([status, document.detail ?? document.description]).toEqual([415, expect.stringMatching(told)])
  expect(text).toMatch(/\r\naccept-encoding: identity\r\n/)
})

const megabytes = 8
test.each([
  ['JSON', paths.users, 413, /larger than the 1,048,576 bytes/],
  ['a query', paths.collectionPreview, 413, /larger than the [\d,]+ bytes that this route takes/],
  ['the settings of a batch', batch, 400, /more than 65536 bytes/],
])(
  'S14: who sends all of %s before it reads, and waits for no word of ours, reads that it is too large',
  async (_name, path, expected, told) => {
    const head = headOf('POST', path, megabytes * 1_000_000)
    const { status, document } = await sendThenRead(`${head}${' '.repeat(megabytes * 1_000_000)}`)
    expect([status, document.detail ?? document.description]).toEqual([expected, expect.stringMatching(told)])
  },
)

/** What the hub reads of the connection that begins next. What is sent may lie in buffers of the system, which each machine has its own of. */
function nextRead(): () => number {
  let read = () => 0
  api.https.server.once('connection', (socket: Socket) => (read = () => socket.bytesRead))
  return () => read()
}

test('S14: a refused body is read no further than a bound', async () => {
  const { passedOverBytesMax } = httpLimits
  const read = nextRead()
  const socket = connect(port, '127.0.0.1')
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  socket.resume()
  socket.write(headOf('POST', paths.users, 10_000_000_000))
  const piece = Buffer.alloc(1_000_000, ' ')
  while (!socket.destroyed && read() < passedOverBytesMax * 2)
    await Promise.race([new Promise((resolve) => socket.write(piece, resolve)), closed])
  socket.destroy()
  expect(read()).toBeLessThan(passedOverBytesMax * 1.1)
})

test('S14: of refused bodies only so many are read at a time; whoever comes beyond is cut with the answer', async () => {
  const refused = () => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.on('error', () => {})
    socket.on('data', (piece) => (text += piece.toString()))
    socket.write(headOf('POST', paths.users, 10_000_000))
    return { socket, answer: () => text }
  }
  const readOn = Array.from({ length: httpLimits.passedOverAtOnceMax }, refused)
  const isAnswered = (text: string) => text.includes('\r\n\r\n')
  await vi.waitFor(() => expect(readOn.filter(({ answer }) => !isAnswered(answer()))).toEqual([]))
  expect(readOn.filter(({ answer }) => /^connection: close/im.test(answer()))).toEqual([])
  const beyond = refused()
  await once(beyond.socket, 'close')
  expect(beyond.answer()).toMatch(/^HTTP\/1.1 413 [^]*\r\nconnection: close\r\n/i)
  for (const { socket } of readOn) socket.destroy()
  // Whoever hangs up makes room as soon as the hub hears of it.
  await vi.waitFor(async () => {
    const { socket, answer } = refused()
    await vi.waitFor(() => expect(answer()).toSatisfy(isAnswered))
    socket.destroy()
    expect(answer()).not.toMatch(/^connection: close/im)
  })
})

/** What is answered to bytes that are all sent before anything is read, as simple clients do. */
async function sendThenRead(bytes: string) {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.pause()
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.write(bytes, 'latin1', () => resolve())
  })
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  socket.resume()
  await vi.waitFor(() => expect(text).toMatch(/\}$/))
  socket.destroy()
  const document = JSON.parse(text.slice(text.indexOf('\r\n\r\n'))) as { detail?: string; description?: string }
  return { status: Number(text.split(' ')[1]), text, document }
}

test('S14: a body without end is cut soon after its limit', async () => {
  const limit = 1024 * 1024
  const { read, answer } = await pour(paths.users, 'application/json', Buffer.alloc(65_536, ' '), limit * 40)
  expect(answer).toMatch(/^(?:$|HTTP\/1.1 413 )/)
  expect(read).toBeLessThan(limit * 20)
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

/** Sends until the hub answers or has enough, or has read so many bytes. */
async function pour(path: string, type: string, piece: Buffer, bytesMax: number) {
  const readByHub = nextRead()
  const socket = connect(port, '127.0.0.1')
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  let answer = ''
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  const head = [
    `Host: ${testHost}`,
    `Authorization: Bearer ${admin}`,
    `Content-Type: ${type}`,
    'Transfer-Encoding: chunked',
  ]
  socket.write(`POST ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`)
  while (socket.bytesRead === 0 && !socket.destroyed && readByHub() < bytesMax) {
    const taken = new Promise((resolve) =>
      socket.write(`${piece.length.toString(16)}\r\n${piece.toString()}\r\n`, resolve),
    )
    await Promise.race([taken, closed])
  }
  socket.destroy()
  await closed
  return { read: readByHub(), answer }
}
