import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createServer, type Server } from '../http/server.ts'
import { testSettings } from '../settings/test-settings.ts'
import { pageRoutes } from './routes.ts'

let server: Server
const folder = mkdtempSync(join(tmpdir(), 'pages-'))

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><style nonce="__CSP_NONCE__"></style>')
  writeFileSync(join(folder, 'assets/app.js'), 'export {}')
  writeFileSync(join(folder, 'secret.txt'), 'not for strangers')
  server = await createServer({ authenticate: async () => ({ kind: 'stranger', name: 'stranger' }), logger: false })
  await pageRoutes(server, folder, testSettings)
  await server.ready()
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const page = async (host: string) => await server.inject({ url: '/jobs', headers: { host } })

test('S13: a page may run scripts of the hub alone, take styles by its nonce, and stand in no frame', async () => {
  const { headers, body } = await page('hub.example.org:8443')
  const nonce = /nonce="([A-Za-z0-9+/]{22}==)"/.exec(body)?.[1]
  expect(headers['content-security-policy']).toBe(
    [
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self'",
      "font-src 'self'",
      "connect-src 'self' wss://hub.example.org:8443 wss://hub.example.org:62000",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
  )
  expect(headers['cache-control']).toBe('no-store')
})

test('S13: every page has a nonce of its own', async () => {
  const policies = await Promise.all([1, 2, 3].map(async () => (await page('h')).headers['content-security-policy']))
  expect(new Set(policies).size).toBe(3)
})

test.each(["h; script-src 'unsafe-inline'", 'h *', 'a,b', 'h\\'])(
  'S13: a Host of %j gets no say in the policy',
  async (host) => {
    const policy = String((await page(host)).headers['content-security-policy'])
    expect(policy).toContain("connect-src 'self'; ")
    expect(policy).not.toContain('unsafe')
  },
)

test.each(['/jobs', '/assets/app.js', '/v1/nothing'])(
  'S13: what %s answers is taken for what it says it is, and tells no other site',
  async (url) => {
    const { headers } = await server.inject({ url, headers: { host: 'h' } })
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'SAMEORIGIN',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    // D18: not while the hub's own CA signs its certificate.
    expect(headers).not.toHaveProperty('strict-transport-security')
    expect(headers).not.toHaveProperty('x-powered-by')
  },
)

test.each([
  '/assets/../secret.txt',
  '/assets/%2e%2e/secret.txt',
  '/assets/..%2fsecret.txt',
  '/assets/%2e%2e%5csecret.txt',
  '/assets//etc/passwd',
])('S11: %s leads out of the folder of assets to nothing', async (url) => {
  const reply = await server.inject({ url, headers: { host: 'h' } })
  expect(reply.body).not.toMatch(/not for strangers|root:/)
  expect(reply.headers['content-type']).not.toBe('text/plain; charset=utf-8')
})
