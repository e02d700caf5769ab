import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { Tinyproxy } from '@postern/dev/proxies'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AllowList } from './allow-list.ts'
import { EgressGuard } from './egress-guard.ts'
import type { ProxyFor, Resolve } from './way-out.ts'

let folder: string
let target: Server
let port: number
const refusals: string[] = []
let guard: EgressGuard | undefined

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'postern-guard-'))
  target = createServer((socket) => socket.on('data', (data) => socket.end(`you said ${data.toString()}`))).listen(
    0,
    '127.0.0.1',
  )
  await once(target, 'listening')
  port = (target.address() as AddressInfo).port
  refusals.length = 0
})
afterEach(() => {
  guard?.close()
  target.close()
  rmSync(folder, { recursive: true })
})

const socketPath = () => join(folder, 'egress.sock')

async function listen(options: {
  entries?: string[]
  forced?: string[]
  resolve?: Resolve
  proxyFor?: ProxyFor
}): Promise<void> {
  const allowed = new AllowList({
    hub: { host: 'hub.example.com', port: 8443 },
    entries: options.entries ?? [],
    forced: options.forced ?? [],
  })
  const report = (sentence: string) => void refusals.push(sentence)
  const { resolve, proxyFor } = options
  guard = await EgressGuard.listen({
    path: socketPath(),
    allowed,
    report,
    ...(resolve && { resolve }),
    ...(proxyFor && { proxyFor }),
  })
}

/** Asks for a tunnel and says "hi" in it; returns all that comes back. */
async function ask(authority: string): Promise<string> {
  const socket: Socket = connect(socketPath())
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n\r\n`)
  socket.once('data', (head) => {
    socket.unshift(head)
    if (head.toString().startsWith('HTTP/1.1 200')) socket.write('hi')
  })
  return text(socket)
}

test('S7: a host that the policy allows by name and port is reached through the tunnel', async () => {
  await listen({ entries: ['127.0.0.1'], forced: [`127.0.0.1:${port}`] })
  expect(await ask(`127.0.0.1:${port}`)).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\nyou said hi$/s)
})

test('S7: a host that nobody named is refused, and the log says host and reason', async () => {
  await listen({ entries: ['other.example.com'] })
  expect(await ask('evil.example.com:443')).toMatch(/^HTTP\/1\.1 403 /)
  expect(refusals).toEqual([
    'The egress guard refused a connection to evil.example.com:443: neither the app nor the job names this host.',
  ])
})

test("S7: the server's loopback is refused even when the job names it", async () => {
  await listen({ entries: ['127.0.0.1', 'localhost'] })
  expect(await ask(`127.0.0.1:${port}`)).toMatch(/^HTTP\/1\.1 403 /)
  expect(await ask(`localhost:${port}`)).toMatch(/^HTTP\/1\.1 403 /)
  expect(refusals.join()).toContain("this server's own loopback")
})

test('S7: a name that resolves to a metadata address, among good ones, is refused', async () => {
  await listen({ entries: ['*.example.com'], resolve: () => Promise.resolve(['192.0.2.1', '169.254.169.254']) })
  expect(await ask('rebind.example.com:80')).toMatch(/^HTTP\/1\.1 403 /)
  expect(refusals[0]).toContain('169.254.169.254 is a link-local or metadata address')
})

test('S7: a name is resolved once and pinned: what it says later changes nothing', async () => {
  let asked = 0
  const resolve = () => Promise.resolve(++asked === 1 ? ['127.0.0.1'] : ['192.0.2.66'])
  await listen({ entries: ['pinned.example.com'], forced: [`pinned.example.com:${port}`], resolve })
  for (let n = 0; n < 3; n += 1) expect(await ask(`pinned.example.com:${port}`)).toContain('you said hi')
  expect(asked).toBe(1)
})

test('S7: an address that does not answer falls to the next one of the name', async () => {
  const closed = createServer().listen(0, '127.0.0.2')
  await once(closed, 'listening')
  closed.close()
  await listen({
    entries: ['two.example.com'],
    forced: [`two.example.com:${port}`],
    resolve: () => Promise.resolve(['127.0.0.3', '127.0.0.1']),
  })
  expect(await ask(`two.example.com:${port}`)).toContain('you said hi')
})

test('S7: a name that cannot be resolved is said', async () => {
  await listen({ entries: ['nowhere.example.com'], resolve: () => Promise.reject(new Error('ENOTFOUND')) })
  expect(await ask('nowhere.example.com:443')).toMatch(/^HTTP\/1\.1 403 .*ENOTFOUND/s)
})

test('S7: the guard is a proxy and nothing else', async () => {
  await listen({ entries: ['127.0.0.1'], forced: [`127.0.0.1:${port}`] })
  for (const target of [
    '/',
    `https://127.0.0.1:${port}/`,
    `http://user:word@127.0.0.1:${port}/`,
    'ftp://127.0.0.1/',
    '*',
  ]) {
    const said = await say(
      `${target === '*' ? 'OPTIONS' : 'GET'} ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
    )
    expect([target, said]).toEqual([target, expect.stringMatching(/^HTTP\/1\.1 405 /)])
  }
})

test('S7: a request with a whole address is sent on under the same rules as a tunnel', async () => {
  await using page = await servePage()
  await listen({
    entries: ['127.0.0.1', '*.example.com'],
    forced: [page.authority],
    resolve: () => Promise.resolve(['169.254.169.254']),
  })
  const told = await say(getting(`http://${page.authority}/a?b=c`, 'X-Own: 1\r\nProxy-Authorization: Basic eA==\r\n'))
  expect(told).toMatch(/^HTTP\/1\.1 200 .*a page$/s)
  expect(page.requests).toEqual([expect.objectContaining({ url: '/a?b=c', 'x-own': '1', host: page.authority })])
  expect(page.requests[0]).not.toHaveProperty('proxy-authorization')
  expect(await say(getting('http://evil.example.net/'))).toMatch(/^HTTP\/1\.1 403 .*names this host/s)
  expect(await say(getting('http://rebind.example.com/'))).toMatch(/^HTTP\/1\.1 403 .*metadata address/s)
  expect(await say(getting('http://127.0.0.1:1/'))).toMatch(/^HTTP\/1\.1 403 /)
})

test('ES-18: with proxyExternal the guard dials the proxy, with its credentials, for tunnels and for whole addresses', async () => {
  await using page = await servePage()
  await using proxy = await Tinyproxy.start({ credentials: 'guard:secret' })
  const way = { host: '127.0.0.1', port: proxy.port, username: 'guard', password: 'secret' }
  await listen({ entries: ['127.0.0.1'], forced: [page.authority, `127.0.0.1:${port}`], proxyFor: () => way })
  expect(await ask(`127.0.0.1:${port}`)).toMatch(/^HTTP\/1\.1 200 .*you said hi$/s)
  expect(await say(getting(`http://${page.authority}/a`))).toMatch(/^HTTP\/1\.1 200 .*a page$/s)
  expect(proxy.requests).toEqual([`CONNECT 127.0.0.1:${port}`, `GET http://${page.authority}/a`])
  way.password = 'wrong'
  expect(await ask(`127.0.0.1:${port}`)).toMatch(/^HTTP\/1\.1 502 .*wants other credentials/s)
  expect(refusals.join()).toContain('Set proxyUsername and proxyPassword')
  expect(refusals.join()).not.toContain('wrong')
})

test('ES-18: where the proxy resolves names, forbidden places stay forbidden: by address, and by name', async () => {
  let dialled = 0
  await listen({
    entries: [
      '*.example.com',
      'localhost',
      '*.localhost',
      '169.254.169.254',
      '127.0.0.1',
      '[::1]',
      'metadata.google.internal',
    ],
    resolve: () => Promise.reject(new Error('no name is resolved here')),
    proxyFor: () => {
      dialled += 1
      return { host: '127.0.0.1', port: 1 }
    },
  })
  for (const host of [
    'localhost',
    'LOCALHOST.',
    'a.localhost',
    '169.254.169.254',
    '127.0.0.1',
    '0x7f.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    'metadata.google.internal',
  ])
    expect([host, await ask(`${host}:80`)]).toEqual([host, expect.stringMatching(/^HTTP\/1\.1 403 /)])
  // One that may be reached is left to the proxy to resolve; this one does not answer.
  expect(await ask('far.example.com:443')).toMatch(/^HTTP\/1\.1 502 .*The proxy 127\.0\.0\.1:1 cannot be reached/s)
  expect(dialled).toBeGreaterThan(0)
})

test("S7: the guard's port on a shared loopback takes this execution's credentials and no others", async () => {
  await listen({ entries: ['127.0.0.1'], forced: [`127.0.0.1:${port}`] })
  const opened = await guard?.openPort()
  const { username, password } = opened?.credentials ?? { username: '', password: '' }
  const basic = (text: string) => `Proxy-Authorization: Basic ${Buffer.from(text).toString('base64')}\r\n`
  const connecting = (header: string) => `CONNECT 127.0.0.1:${port} HTTP/1.1\r\n${header}\r\n`
  const over = opened?.port ?? 0
  for (const header of ['', basic('postern:wrong'), basic(`other:${password}`)]) {
    expect(await say(connecting(header), over)).toMatch(/^HTTP\/1\.1 407 .*proxy-authenticate: Basic/s)
    expect(await say(getting(`http://127.0.0.1:${port}/`, header), over)).toMatch(/^HTTP\/1\.1 407 /)
  }
  expect(await say(`${connecting(basic(`${username}:${password}`))}hi`, over)).toMatch(
    /^HTTP\/1\.1 200 .*you said hi$/s,
  )
})

test('S7: connections are bounded, and closing the guard cuts them', async () => {
  await listen({ entries: ['127.0.0.1'], forced: [`127.0.0.1:${port}`] })
  const sockets: Socket[] = []
  for (let n = 0; n < 64; n += 1) {
    const socket = connect(socketPath())
    socket.write(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\n`)
    socket.on('error', () => undefined)
    await once(socket, 'data')
    sockets.push(socket)
  }
  const beyond = connect(socketPath())
  let answer = ''
  beyond.on('data', (data) => (answer += data.toString()))
  // Cut before or after the request was written: both are a no.
  beyond.on('error', () => undefined)
  beyond.write(`CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\n`)
  await closing(beyond)
  expect(answer).not.toContain('200')
  const closed = Promise.all(sockets.map(closing))
  guard?.close()
  await closed
})

/** Says these bytes, on the Unix socket or on a port, and returns all that comes back. */
async function say(bytes: string, over: string | number = socketPath()): Promise<string> {
  const socket = typeof over === 'number' ? connect(over, '127.0.0.1') : connect(over)
  socket.write(bytes)
  return text(socket)
}

function getting(url: string, headers = ''): string {
  return `GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`
}

/** A page on the loopback, which remembers how it was asked for. */
async function servePage() {
  const requests: Record<string, unknown>[] = []
  const server = createHttpServer((request, response) => {
    requests.push({ url: request.url, ...request.headers })
    response.end('a page')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    authority: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}

/** Unlike events.once, this does not mind how the connection ended. */
function closing(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  socket.once('close', () => resolve())
  return promise
}
