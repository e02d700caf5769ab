import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createNetServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { callHub, ensureJob, ensureOwner, installPackage, runJob, sendToHub, unzip } from '@postern/cli'
import { Keychain } from '@postern/environment-server'
import { Environment, Job, paths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ZipFile } from 'yazl'
import { EnvironmentServerProcess, makeHome } from '../environment-server/environment-server-process.ts'
import { waitFor } from '../environment-server/wait-for.ts'
import { Authority } from '../fake-hub/authority.ts'
import { OlderServer } from '../older-server/older-server.ts'
import { logWith } from '../stories/look-at-hub.ts'
import { startTestSystem, type TestSystem } from '../test-system.ts'
import { FaultProxy } from './fault-proxy.ts'
import { Tinyproxy } from './tinyproxy.ts'

const [username, password] = ['branch', 'pass-word']
const credentials = `${username}:${password}`
let system: TestSystem
let proxy: Tinyproxy
/** An address that must never be called: what the server is told of the API's port where 62000 is to suffice. */
let trap: Server
let trapped = 0
/** Something outside, for apps. */
let outside: Server
let server: EnvironmentServerProcess
let job: Job
let bundled: { apiURL: string; brokerHost: string; brokerPort: number }

const portOf = (listening: Server) => (listening.address() as AddressInfo).port
const hidden = (...names: string[]) => join(server.home, '.postern-envsvr', ...names)
const settingsFile = () => hidden('settings.json')

beforeAll(async () => {
  ;[system, proxy] = await Promise.all([startTestSystem(), Tinyproxy.start({ credentials })])
  trap = createNetServer((socket) => {
    trapped += 1
    socket.destroy()
  }).listen(0, '127.0.0.1')
  outside = createServer((_request, response) => response.end('from outside')).listen(0, '127.0.0.1')
  await Promise.all([once(trap, 'listening'), once(outside, 'listening')])
  const { target } = system.hub
  const environment = await callHub(target, paths.environments, Environment, { json: { name: 'Behind a proxy' } })
  const bundle = await sendToHub(target, paths.environmentDownloads(environment.id), {
    json: { kind: 'bundle', withoutRuntime: true },
  })
  const folder = makeHome()
  await unzip(bundle.bytes, folder)
  server = new EnvironmentServerProcess(join(folder, 'postern-envsvr'))
  bundled = JSON.parse(readFileSync(settingsFile(), 'utf8')) as typeof bundled
  writeFileSync(hidden('policy.json'), JSON.stringify({ egress: { allow: [`127.0.0.1:${portOf(outside)}`] } }))
  const app = await installPackage(target, await probePackage(portOf(outside)))
  const owner = (await ensureOwner(target, 'Probes')).name
  job = await ensureJob(target, app, environment, { name: 'Probe', enabled: true, parameters: {}, owner })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  trap.close()
  outside.close()
  await system[Symbol.asyncDispose]()
})

/** Calls the hub's API and something outside by the egress guard, and tells what it was given. */
async function probePackage(port: number): Promise<Buffer> {
  const source = `
import { createDecipheriv } from 'node:crypto'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import tls from 'node:tls'
const key = process.env.TC_APP_PARAM_KEY
const decipher = createDecipheriv('aes-128-cbc', key, Buffer.alloc(16))
const given = JSON.parse(Buffer.concat([decipher.update(readFileSync(process.env.TC_APP_PARAM_FILE)), decipher.final()]))
const guard = { socketPath: process.env.POSTERN_EGRESS_SOCKET, agent: false }
const api = new URL(given.tc_api_path)
const tunnel = (path) => new Promise((done, failed) => http.request({ ...guard, method: 'CONNECT', path }).on('connect', (answer, socket) => answer.statusCode === 200 ? done(socket) : failed(new Error('CONNECT ' + answer.statusCode))).on('error', failed).end())
const status = (request) => new Promise((done, failed) => request.on('response', (answer) => { answer.resume(); done(answer.statusCode) }).on('error', failed).end())
const through = await tunnel(api.host)
const secured = tls.connect({ socket: through, host: api.hostname })
console.log('api ' + await status(https.request({ createConnection: () => secured, host: api.hostname, path: '/api/v2/types/indicatorTypes', headers: { authorization: 'TC-Token ' + given.tc_token } })))
const plain = await tunnel('127.0.0.1:${port}')
console.log('tunnel ' + await status(http.request({ createConnection: () => plain, path: '/' })))
console.log('absolute ' + await status(http.request({ ...guard, path: 'http://127.0.0.1:${port}/x' })))
console.log('given ' + api.port + ' ' + JSON.stringify([given.tc_proxy_tc ?? null, given.tc_proxy_external ?? null]))
console.log('port ' + given.tc_proxy_host + ':' + given.tc_proxy_port + ' ' + process.env.HTTPS_PROXY)
if (process.env.HTTPS_PROXY) console.log('fetch ' + (await fetch('http://127.0.0.1:${port}/x')).status)
process.exit(0)`
  const zip = new ZipFile()
  const add = (name: string, text: string) => zip.addBuffer(Buffer.from(text), `probe_v1/${name}`)
  const manifest = { displayName: 'Probe', programLanguage: 'NODE', programMain: 'index.mjs', programVersion: '1.0.0' }
  add('install.json', JSON.stringify({ ...manifest, runtimeLevel: 'Organization', params: [] }))
  add('postern.json', JSON.stringify({ kind: 'action', egress: [`127.0.0.1:${port}`] }))
  add('index.mjs', source)
  zip.end()
  return await buffer(zip.outputStream)
}

type Way = 'direct' | 'proxy'
type Cell = {
  settings: { queueTransport?: 'websocket'; proxyHost?: string; proxyTC?: boolean; proxyExternal?: boolean }
  messages: Way
  api: Way
  external: Way
}
const here = '127.0.0.1'
const overOnePort: Cell[] = [
  { settings: { queueTransport: 'websocket' }, messages: 'direct', api: 'direct', external: 'direct' },
  {
    settings: { queueTransport: 'websocket', proxyHost: here, proxyTC: true },
    messages: 'proxy',
    api: 'proxy',
    external: 'direct',
  },
]
/** The others of D30, but for what every other test does: raw TLS, and no proxy. */
const cells: Cell[] = [
  {
    settings: { queueTransport: 'websocket', proxyHost: here, proxyExternal: true },
    messages: 'proxy',
    api: 'direct',
    external: 'proxy',
  },
  { settings: { proxyHost: here }, messages: 'direct', api: 'direct', external: 'direct' },
  {
    settings: { proxyHost: here, proxyTC: true, proxyExternal: true },
    messages: 'proxy',
    api: 'proxy',
    external: 'proxy',
  },
]

test('ES-4: 62000 alone suffices: enrolment, messages, packages, results and the apps; through a proxy that lets nothing else out too', async () => {
  await using narrow = await Tinyproxy.start({ credentials, connectPorts: [bundled.brokerPort] })
  for (const cell of overOnePort) {
    await runIn(cell, narrow)
    giveProxyPassword(password)
  }
  expect(server.text).toContain('Enrolled as')
})

test.each(cells)(
  'ES-18: with $settings messages go $messages, HTTPS $api, what apps call outside $external; a job runs',
  async (cell) => await runIn(cell, proxy),
)

/** Starts the server anew with the settings, runs a job, and looks at which way everything went. */
async function runIn(cell: Cell, through: Tinyproxy): Promise<void> {
  const { queueTransport, proxyHost } = cell.settings
  const overWebSocket = queueTransport === 'websocket'
  const { enrolmentToken } = JSON.parse(readFileSync(settingsFile(), 'utf8')) as { enrolmentToken?: string }
  const changes = {
    ...bundled,
    enrolmentToken,
    ...cell.settings,
    ...(proxyHost && { proxyPort: through.port, proxyUsername: username }),
    ...(overWebSocket && { apiURL: `https://127.0.0.1:${portOf(trap)}` }),
  }
  writeFileSync(settingsFile(), JSON.stringify(changes))
  const known = through.requests.length
  await server.startConnected()
  const { execution } = await runJob(system.hub.target, job.id)
  const ports = portsConnectedTo(server.pid ?? 0)
  const isTold = cell.api === 'proxy' || cell.external === 'proxy'
  const lines = await logWith(
    system.hub.target,
    execution.id,
    isTold ? 'fetch 200' : 'port undefined:undefined undefined',
  )
  await server.stop()
  expect([execution.state, lines]).toMatchObject([
    'succeeded',
    expect.arrayContaining(['api 200', 'tunnel 200', 'absolute 200']),
  ])
  // Where the server itself goes, its apps go: the same address, the same way.
  const apiPort = overWebSocket ? bundled.brokerPort : Number(new URL(bundled.apiURL).port)
  const told = isTold ? [cell.api === 'proxy', cell.external === 'proxy'] : [null, null]
  expect(lines).toContain(`given ${apiPort} ${JSON.stringify(told)}`)
  // An isolated app finds the guard on its own loopback, by parameters and by environment alike.
  const guard = '127.0.0.1:3128'
  expect(lines).toEqual(
    expect.arrayContaining(
      isTold ? [`port ${guard} http://${guard}`, 'fetch 200'] : ['port undefined:undefined undefined'],
    ),
  )
  const [messages, api, page] = [bundled.brokerPort, apiPort, portOf(outside)]
  const expected = new Set([
    ...(cell.messages === 'proxy' ? [`CONNECT ${bundled.brokerHost}:${messages}`] : []),
    ...(cell.api === 'proxy' ? [`CONNECT ${bundled.brokerHost}:${api}`] : []),
    ...(cell.external === 'proxy' ? [`CONNECT 127.0.0.1:${page}`, `GET http://127.0.0.1:${page}/x`] : []),
  ])
  expect(new Set(through.requests.slice(known))).toEqual(expected)
  // HTTPS keeps its connections for the next request, so both ways of the server itself are seen.
  const ways = [cell.messages === 'proxy' ? through.port : messages, cell.api === 'proxy' ? through.port : api]
  expect(ports).toEqual(new Set(ways))
  expect(trapped).toBe(0)
}

/** Ports at the other end of what a process has open, from proc(5). */
function portsConnectedTo(pid: number): Set<number> {
  const sockets = new Set(
    readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1]]
      } catch {
        // Closed meanwhile.
        return []
      }
    }),
  )
  const rows = ['tcp', 'tcp6'].flatMap((kind) =>
    readFileSync(`/proc/${pid}/net/${kind}`, 'utf8').trim().split('\n').slice(1),
  )
  return new Set(
    rows.flatMap((row) => {
      const [, , remote = '', state, , , , , , inode] = row.trim().split(/\s+/)
      // 01: established.
      return state === '01' && sockets.has(inode) ? [Number.parseInt(remote.split(':').at(-1) ?? '', 16)] : []
    }),
  )
}

/** Once there is a keychain: at the first start. */
function giveProxyPassword(proxyPassword: string): void {
  const masterPassword = readFileSync(join(server.home, 'password'), 'utf8').trim()
  Keychain.open(hidden('keystore', 'keychain.json'), masterPassword).update({ proxyPassword })
}

test('ES-18: a WebSocket that the proxy cuts is noticed at once and opened again, and jobs run as before', async () => {
  await using cutting = await FaultProxy.start(await Authority.create('Nobody'))
  const changes = { queueTransport: 'websocket', proxyHost: here, proxyPort: cutting.port, proxyTC: true }
  writeFileSync(settingsFile(), JSON.stringify({ ...bundled, enrolmentToken: undefined, ...changes }))
  const before = server.text.length
  const connections = () => server.text.slice(before).split('Connected to ').length - 1
  await server.startConnected()
  cutting.cutAll()
  await waitFor(
    () => connections() === 2,
    'the server to connect again',
    () => server.text,
  )
  const { execution } = await runJob(system.hub.target, job.id)
  expect(execution.state).toBe('succeeded')
  await server.stop()
})

test('ES-18: a proxy that wants other credentials is said, with the settings to fill; the password stands in no file and no log', async () => {
  giveProxyPassword('forgotten-word')
  const changes = { proxyHost: here, proxyPort: proxy.port, proxyUsername: username, proxyTC: true }
  writeFileSync(settingsFile(), JSON.stringify({ ...bundled, enrolmentToken: undefined, ...changes }))
  const before = server.text.length
  const said = () => server.text.slice(before)
  server.start()
  await waitFor(() => said().includes('Not connected'), 'the server to say why', said)
  expect(said()).toContain(
    `The proxy 127.0.0.1:${proxy.port} wants other credentials (401). Set proxyUsername and proxyPassword`,
  )
  await server.stop()
  expect(server.text + readFileSync(settingsFile(), 'utf8')).not.toMatch(/forgotten-word|pass-word/)
})

// Here since a hub runs here already, with an app that can be run.
test('ES-20: a download passes the check of the server that it is for; and a server of protocol 1 enrols, is given executions, fetches, and delivers; nothing newer is sent to it', async () => {
  const { target } = system.hub
  const environment = await callHub(target, paths.environments, Environment, { json: { name: 'Not upgraded' } })
  const download = { kind: 'bundle', withoutRuntime: true }
  const { bytes } = await sendToHub(target, paths.environmentDownloads(environment.id), { json: download })
  const folder = makeHome()
  try {
    await unzip(bytes, folder)
    await takesItsDownload(join(folder, 'postern-envsvr'), environment)
    await using older = await OlderServer.start(join(folder, 'postern-envsvr'))
    const { appId } = job
    const { name: owner } = await ensureOwner(target, 'Probes')
    const request = {
      appId,
      environmentId: environment.id,
      name: 'On an older server',
      owner,
      parameters: {},
      enabled: true,
    }
    const { id } = await callHub(target, paths.jobs, Job, { json: request })
    const { execution } = await runJob(target, id)
    expect([execution.state, execution.message, older.executions]).toEqual(['succeeded', 'Done.', [execution.id]])
    await logWith(target, execution.id, 'from a server of protocol 1')
    // Configure commands came with protocol 3.
    const settings = paths.environmentServerSettings(environment.id, older.serverXid)
    await expect(
      sendToHub(target, settings, { method: 'PUT', json: { settings: { serverName: 'Newer' } } }),
    ).rejects.toThrow('releases before protocol 3 do not')
    const { servers } = await callHub(target, paths.environment(environment.id), Environment)
    expect(servers).toMatchObject([{ presence: 'online', version: '0.0.1', setAside: null }])
    expect(older.notUnderstood).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** A server of this hub would run the file that is handed out to upgrade by, and no other. */
async function takesItsDownload(home: string, environment: Environment): Promise<void> {
  const check = () => {
    const argv = [join(home, 'postern-envsvr'), 'verify-file', join(home, 'postern-envsvr.mjs')]
    return spawnSync('/bin/sh', argv, { env: { POSTERN_NODE: process.execPath, PATH: '/usr/bin:/bin' } }).status
  }
  const { bytes } = await sendToHub(system.hub.target, paths.environmentDownloads(environment.id), {
    json: { kind: 'server' },
  })
  await unzip(bytes, home)
  expect(check()).toBe(0)
  appendFileSync(join(home, 'postern-envsvr.mjs'), '\n')
  expect(check()).toBe(1)
}
