import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createLogger } from '../launch/logger.ts'
import { Secret } from '../launch/secret.ts'
import { startSourceDouble } from '../test-kit/source-double.ts'
import { ExternalSession } from './external-session.ts'
import type { ExternalSessionOptions } from './external-session.ts'
import { SourceRefused, SourceUnavailable, SourceUnreadable } from './source-errors.ts'

const logged: string[] = []
const retries = { firstWaitMs: 1 }

function open(options: ExternalSessionOptions = {}): ExternalSession {
  const ground = {
    route: { by: 'direct' } as const,
    userAgent: 'Sample/1.0.0',
    log: createLogger('trace', (line) => logged.push(line)),
    signal: new AbortController().signal,
  }
  return new ExternalSession(ground, { retries, ...options })
}

/** A plain server that answers the n-th request by the n-th answer, and all further ones by the last. */
async function serve(...answers: ((response: ServerResponse, request: IncomingMessage) => void)[]) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answers[Math.min(requests.length, answers.length) - 1]?.(response, request)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x?key=secret`),
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

const ok = (response: ServerResponse) => void response.end('{"a":1}')
const status =
  (code: number, headers = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(code, headers).end()

test('FD-4: what is unavailable is tried again, with Retry-After respected, and what is refused is not', async () => {
  await using flaky = await serve(
    status(503, { 'retry-after': '0' }),
    (response) => void response.destroy(),
    status(429),
    ok,
  )
  expect(await open().getJson(flaky.url)).toEqual({ a: 1 })
  expect(flaky.requests.map(({ headers }) => headers['user-agent'])).toEqual(
    Array.from({ length: 4 }, () => 'Sample/1.0.0'),
  )
  await using refusing = await serve(status(401))
  await expect(open().getJson(refusing.url)).rejects.toThrow(SourceRefused)
  expect(refusing.requests).toHaveLength(1)
  await using down = await serve(status(502))
  await expect(open().getJson(down.url)).rejects.toThrow(SourceUnavailable)
  expect(down.requests).toHaveLength(5)
  expect(logged.join('\n')).not.toContain('key=secret')
})

test('FD-4: a request that must not happen twice is sent again only when it certainly did nothing', async () => {
  await using cut = await serve((response) => void response.destroy(), ok)
  await expect(open().call('POST', cut.url, { body: Buffer.from('x') })).rejects.toThrow(SourceUnavailable)
  expect(cut.requests).toHaveLength(1)
  await using busy = await serve(status(503), ok)
  expect((await open().call('POST', busy.url)).status).toBe(200)
})

test('S10: an answer that is too large, too deep, no JSON, or grows too much is refused by name', async () => {
  await using large = await serve((response) => void response.end(Buffer.alloc(2_000)))
  await expect(open({ bounds: { bytes: 1_000 } }).getJson(large.url)).rejects.toThrow(
    'answers with more than 1000 bytes',
  )
  const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024))
  await using packed = await serve((response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
  await expect(open().getJson(packed.url)).rejects.toThrow('grows more than 100 times')
  await expect(open({ bounds: { bytes: 1_000 } }).getJson(packed.url)).rejects.toThrow('more than 1000 bytes')
  await using deep = await serve((response) => void response.end(`${'['.repeat(65)}${']'.repeat(65)}`))
  await expect(open().getJson(deep.url)).rejects.toThrow('nested deeper than 64')
  await using html = await serve((response) => void response.end('<html>'))
  await expect(open().getJson(html.url)).rejects.toThrow(SourceUnreadable)
})

test('S10: an answer that drips or never comes ends at its deadline', async () => {
  await using silent = await serve(() => {})
  await expect(open({ bounds: { timeMs: 100 }, retries: { attemptsMax: 1 } }).getJson(silent.url)).rejects.toThrow(
    'did not finish within 0.1 s',
  )
  await using dripping = await serve((response) => void response.write('{'))
  await expect(open({ bounds: { timeMs: 100 }, retries: { attemptsMax: 1 } }).getJson(dripping.url)).rejects.toThrow(
    'did not finish within 0.1 s',
  )
})

test('S10: an answer cut in the middle is unavailable, never half an answer', async () => {
  await using cut = await serve((response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"a":')
    setImmediate(() => response.destroy())
  })
  await expect(open({ retries: { attemptsMax: 2, firstWaitMs: 1 } }).getJson(cut.url)).rejects.toThrow(
    SourceUnavailable,
  )
  expect(cut.requests).toHaveLength(2)
})

test('S10: a redirect is followed on the same host and nowhere else; credentials go nowhere else', async () => {
  await using other = await serve(ok)
  await using away = await serve((response) => void response.writeHead(302, { location: other.url.href }).end())
  const basic = { username: 'user', password: new Secret('pass-word') }
  await expect(open({ basic }).getJson(away.url)).rejects.toThrow('redirects to another host')
  expect(other.requests).toHaveLength(0)
  await using slash = await serve((response) => void response.writeHead(301, { location: '/x/' }).end(), ok)
  expect(await open({ basic }).getJson(slash.url)).toEqual({ a: 1 })
  expect(slash.requests.map(({ headers }) => headers.authorization)).toEqual(
    Array.from({ length: 2 }, () => `Basic ${Buffer.from('user:pass-word').toString('base64')}`),
  )
  await using loop = await serve((response) => void response.writeHead(301, { location: '/x' }).end())
  await expect(open().getJson(loop.url)).rejects.toThrow('redirects more than 5 times')
})

test('S19: a certificate is trusted by its pin alone; without pin or authority nothing is sent', async () => {
  await using source = await startSourceDouble((_request, response) => ok(response))
  const url = new URL(source.url)
  expect(await open({ fingerprint: source.fingerprint }).getJson(url)).toEqual({ a: 1 })
  await expect(open({ fingerprint: 'ab'.repeat(32) }).getJson(url)).rejects.toThrow(
    `shows a certificate with SHA-256 ${source.fingerprint}`,
  )
  await expect(open().getJson(url)).rejects.toThrow('set the SHA-256 fingerprint')
  expect(source.requests).toHaveLength(1)
})

test('S19: an unverified session works, warns at once, and says that it is one', async () => {
  await using source = await startSourceDouble((_request, response) => ok(response))
  const session = open({ unverified: true })
  expect(session.isUnverified).toBe(true)
  await session.getJson(new URL(source.url))
  await session.getJson(new URL(source.url))
  expect(logged.filter((line) => line.includes('is NOT checked'))).toHaveLength(1)
})
