import { createServer } from 'node:http'
import { connect, createServer as createNetServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { installApp } from '../test-kit/install-app.ts'
import type { InstalledApp } from '../test-kit/install-app.ts'
import { launchApp } from '../test-kit/launch-app.ts'
import type { FinishedApp, LaunchOptions } from '../test-kit/launch-app.ts'
import { startHubDouble } from '../test-kit/hub-double.ts'
import { startSourceDouble } from '../test-kit/source-double.ts'
import type { HubDouble } from '../test-kit/hub-double.ts'

let app: InstalledApp
let hub: HubDouble
beforeAll(async () => {
  app = await installApp(new URL('../test-kit/sample-app', import.meta.url).pathname)
  hub = await startHubDouble()
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await hub[Symbol.asyncDispose]()
})

function run(parameters: Readonly<Record<string, unknown>>, more: Partial<LaunchOptions> = {}): Promise<FinishedApp> {
  return launchApp({
    appFolder: app.folder,
    hubUrl: hub.url,
    parameters: { tc_owner: 'Sample', ...parameters },
    ...more,
  })
}

test('FD-11: success exits 0 with its message, and the parameter file is gone', async () => {
  const finished = await run({})
  expect([finished.exitCode, finished.message, finished.stderr, finished.parameterFileIsGone]).toEqual([
    0,
    'done with no password',
    '',
    true,
  ])
})

test('FD-11: partly done exits 3, a defect and a refusal 1, each with its message', async () => {
  expect(await run({ behaviour: 'partial' })).toMatchObject({ exitCode: 3 })
  expect(await run({ behaviour: 'refused' })).toMatchObject({ exitCode: 1, message: 'the source does not accept' })
  expect(await run({ behaviour: 'defect' })).toMatchObject({ exitCode: 1, message: 'something is undefined' })
})

test('FD-10: values are kept for the next run, and only when the run succeeds', async () => {
  expect((await run({})).results).toEqual({ cursor: 'after nothing' })
  expect((await run({ cursor: 'page 2' })).results).toEqual({ cursor: 'after page 2' })
  for (const behaviour of ['partial', 'refused', 'defect'])
    expect((await run({ behaviour, cursor: 'page 2' })).results).toEqual({})
})

test('FD-5: log lines are JSON objects with a level, from the level that tc_log_level asks for', async () => {
  const levels = async (tc_log_level: string) =>
    (await run({ tc_log_level })).log.map(({ level, text }) => `${level} ${text}`)
  expect(await levels('info')).toEqual(['info Sample feed 1.2.3 starts', 'info ends: done with no password'])
  expect(await levels('debug')).toContain('debug details (cursor=none)')
  expect(await levels('warning')).toEqual([])
})

test('FD-8: a secret appears neither in the log nor in the exit message, whatever the app says', async () => {
  const secret = 'correct "horse" battery'
  for (const behaviour of ['succeed', 'refused']) {
    const finished = await run({ behaviour, password: secret, tc_log_level: 'trace' })
    expect(finished.message).toContain('[secret]')
    expect(finished.stdout).not.toContain('horse')
  }
})

test('FD-11: SIGTERM ends with 1, after the log and the message were written', async () => {
  const pids: number[] = []
  const running = run({ behaviour: 'wait' }, { onStart: (pid) => pids.push(pid) })
  await hasSubmitted()
  process.kill(pids[0] ?? 0, 'SIGTERM')
  const finished = await running
  expect([finished.exitCode, finished.message, finished.results]).toEqual([1, 'the run was told to end', {}])
  expect(finished.log.at(-1)).toMatchObject({ level: 'error', text: 'fails: the run was told to end' })
})

/** The sample submits before it waits; the unmapped are the last that it sends. */
async function hasSubmitted(): Promise<void> {
  const before = hub.requests.length
  await vi.waitUntil(() => hub.requests.length > before, { interval: 5 })
}

test('FD-2: an app that forgets to submit is told so, instead of losing what it collected', async () => {
  const finished = await run({ behaviour: 'forget', hosts: 'a.example.com' })
  expect([finished.exitCode, finished.message]).toEqual([1, expect.stringContaining('never submitted')])
})

test('an app that is not started by the platform says who starts it; a wrong key says nothing of the file', async () => {
  const bare = await run({}, { environment: { TC_APP_PARAM_FILE: '' } })
  expect([bare.exitCode, bare.stderr]).toEqual([
    1,
    expect.stringContaining('an app is started by an environment server'),
  ])
  const wrongKey = await run({ behaviour: 'succeed' }, { environment: { TC_APP_PARAM_KEY: '0'.repeat(16) } })
  expect([wrongKey.exitCode, wrongKey.stderr]).toEqual([
    1,
    expect.stringContaining('does not open with the key that was given'),
  ])
  expect(wrongKey.stderr).not.toContain('tc_token')
})

test('S7: where the platform gives an egress socket, everything goes through it, and its no is told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'egress-'))
  const socketPath = join(folder, 's')
  const asked: string[] = []
  const source = createServer((_request, response) => response.end('a page'))
  await new Promise<void>((done) => source.listen(0, '127.0.0.1', done))
  const sourcePort = (source.address() as AddressInfo).port
  const guard = createNetServer((client) => {
    client.on('error', () => client.destroy())
    client.once('data', (head) => {
      const target = /^CONNECT (\S+) HTTP\/1\.1/.exec(head.toString())?.[1] ?? ''
      asked.push(target)
      if (target.startsWith('blocked')) return void client.end('HTTP/1.1 403 host is not declared\r\n\r\n')
      const port = target.startsWith('source') ? sourcePort : Number(target.split(':')[1])
      const upstream = connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n')
        client.pipe(upstream).pipe(client)
      })
      upstream.on('error', () => client.destroy())
    })
  })
  await new Promise<void>((done) => guard.listen(socketPath, done))
  const through = (address: string) =>
    run({ behaviour: 'fetch', address }, { environment: { POSTERN_EGRESS_SOCKET: socketPath } })
  expect(await through('http://source.example.com:80/')).toMatchObject({ exitCode: 0, message: 'fetched a page' })
  expect(asked).toEqual([new URL(hub.url).host, 'source.example.com:80'])
  await using secure = await startSourceDouble((_request, response) => void response.end('a sealed page'))
  const environment = { POSTERN_EGRESS_SOCKET: socketPath }
  const sealed = await run(
    { behaviour: 'fetch', address: secure.url, fingerprint: secure.fingerprint },
    { environment },
  )
  expect(sealed.message).toBe('fetched a sealed page')
  expect(asked.at(-1)).toBe(new URL(secure.url).host)
  expect((await through('http://blocked.example.com/')).message).toContain(
    'does not let this app reach blocked.example.com:80: 403 host is not declared',
  )
  guard.close()
  source.closeAllConnections()
  source.close()
  await rm(folder, { recursive: true })
})

test('ES-18: with tc_proxy_external, calls outside go through the proxy with its credentials, calls to the hub do not', async () => {
  const heads: string[] = []
  const proxy = createNetServer((client) => {
    client.once('data', (head) => {
      heads.push(head.toString())
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      client.once('data', () => client.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'))
    })
  })
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  const settings = {
    tc_proxy_host: '127.0.0.1',
    tc_proxy_port: (proxy.address() as AddressInfo).port,
    tc_proxy_username: 'user',
    tc_proxy_password: 'pass-word',
    tc_proxy_external: true,
    tc_proxy_tc: false,
  }
  const finished = await run({ behaviour: 'fetch', address: 'http://far.example.com/', ...settings })
  expect(finished.message).toBe('fetched ok')
  expect(heads).toEqual([
    `CONNECT far.example.com:80 HTTP/1.1\r\nHost: far.example.com:80\r\nProxy-Authorization: Basic ${Buffer.from('user:pass-word').toString('base64')}\r\n\r\n`,
  ])
  proxy.close()
})

test('ES-17: an app without an environment server trusts the CAs of a folder, with no wrapper script; without them it names the CA', async () => {
  await using source = await startSourceDouble((_request, response) => void response.end('a page of ours'))
  const folder = await mkdtemp(join(tmpdir(), 'cas-'))
  // As cron starts it: nothing in its environment but what the crontab says.
  const fetched = () => run({ behaviour: 'fetch', address: source.url }, { environment: { POSTERN_CA_FOLDER: folder } })
  const refused = await fetched()
  expect(refused.exitCode).not.toBe(0)
  expect(refused.message).toMatch(/certificate of 127\.0\.0\.1:\d+, issued by Postern test is not trusted/)
  expect(refused.log.map(({ text }) => text)).toContain(
    `POSTERN_CA_FOLDER ${folder} holds no file that ends in .pem, .crt or .cer.`,
  )
  await writeFile(join(folder, 'ours.pem'), source.certificatePem)
  await writeFile(join(folder, 'broken.pem'), 'no certificate at all')
  const good = await fetched()
  expect([good.exitCode, good.message]).toEqual([0, 'fetched a page of ours'])
  expect(good.log.map(({ text }) => text)).toContain(`${folder}/broken.pem holds no PEM certificate and is left out.`)
  await rm(folder, { recursive: true })
})
