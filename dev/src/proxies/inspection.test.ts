import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { callHub, ensureJob, ensureOwner, installPackage, runJob, sendToHub, unzip } from '@postern/cli'
import { AuditEventPage, type ChangeEnvironment, Environment, type Job, paths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EnvironmentServerProcess, makeHome } from '../environment-server/environment-server-process.ts'
import { runCommand } from '../environment-server/run-command.ts'
import { waitFor } from '../environment-server/wait-for.ts'
import { Authority } from '../fake-hub/authority.ts'
import { logWith, serverOf } from '../stories/look-at-hub.ts'
import { strangersApp } from '../stories/strangers-app.ts'
import { startTestSystem, type TestSystem } from '../test-system.ts'
import { FaultProxy } from './fault-proxy.ts'

const issuer = 'CN=Reads Along Ltd'
let system: TestSystem
let proxy: FaultProxy
let environment: Environment
let server: EnvironmentServerProcess
let job: Job

beforeAll(async () => {
  const authority = await Authority.create('Reads Along Ltd')
  ;[system, proxy] = await Promise.all([startTestSystem(), FaultProxy.start(authority)])
  proxy.fault = { readAlongTo: readFileSync(join(system.dataFolder, 'pki/ca.pem'), 'utf8') }
  const { target } = system.hub
  environment = await callHub(target, paths.environments, Environment, { json: { name: 'Inspected' } })
  server = await unpackBundle()
  const caFolder = join(server.home, 'cas')
  mkdirSync(caFolder)
  writeFileSync(join(caFolder, 'inspection.pem'), authority.certificate)
  changeSettings({ caFolder, proxyHost: '127.0.0.1', proxyPort: proxy.port, proxyTC: true })
  const app = await installPackage(target, await strangersApp(speaker))
  const owner = (await ensureOwner(target, 'Inspected')).name
  job = await ensureJob(target, app, environment, { name: 'Speaks', owner, parameters: {} })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  await system[Symbol.asyncDispose]()
})

const speaker = {
  programName: 'speaker_v1',
  displayName: 'Speaker',
  params: [],
  postern: { kind: 'action', egress: [] },
  source: `console.log('ran behind inspection'); process.exit(0)`,
}

async function unpackBundle(): Promise<EnvironmentServerProcess> {
  const { bytes } = await sendToHub(system.hub.target, paths.environmentDownloads(environment.id), {
    json: { kind: 'bundle', withoutRuntime: true },
  })
  const folder = makeHome()
  await unzip(bytes, folder)
  return new EnvironmentServerProcess(join(folder, 'postern-envsvr'))
}

const settingsFile = ({ home }: EnvironmentServerProcess) => join(home, '.postern-envsvr', 'settings.json')

function settings(of = server): Record<string, unknown> {
  return JSON.parse(readFileSync(settingsFile(of), 'utf8')) as Record<string, unknown>
}

function changeSettings(changes: Record<string, unknown>): void {
  writeFileSync(settingsFile(server), JSON.stringify({ ...settings(), ...changes }))
}

/** What the server has said since. */
function listen(): () => string {
  const before = server.text.length
  return () => server.text.slice(before)
}

async function allow(allowInspectedTls: boolean): Promise<void> {
  const json: ChangeEnvironment = { allowInspectedTls }
  environment = await callHub(system.hub.target, paths.environment(environment.id), Environment, {
    method: 'PATCH',
    json,
  })
}

async function inspectedAtHub(): Promise<string | null | undefined> {
  return (await serverOf(system.hub.target, environment, String(settings()['serverXid'])))?.inspectedTls
}

async function doctor(): Promise<{ code: number | null; finding: string | null; words: string; codes: unknown[] }> {
  const password = join(server.home, 'password')
  const { code, text } = await runCommand(server.home, ['doctor', '--json', '--password-file', password])
  const { finding, steps } = JSON.parse(text) as {
    finding: string | null
    steps: { code?: string; sentence: string; request?: string }[]
  }
  const words = steps.map(({ sentence, request = '' }) => `${sentence} ${request}`).join('\n')
  return { code, finding, words, codes: steps.map((step) => step.code) }
}

test('S17: inspection is refused by default: not a word is said, and log and doctor name the issuer, whom to ask, and what both sides may allow; ES-17: a CA in caFolder alone changes nothing', async () => {
  server.start()
  await server.waitForEnd()
  const sentences = [
    `TLS is being opened by ${issuer}`,
    'Ask the network team to exempt',
    'an administrator of the hub may allow it for the environment',
    'configure.sh --set allowInspectedTls=true',
  ]
  for (const sentence of sentences) expect(server.text).toContain(sentence)
  const found = await doctor()
  expect(found.finding).toBe('tls-opened')
  for (const sentence of sentences) expect(found.words).toContain(sentence)
  expect(proxy.readAlong).toBe(0)
})

test('S17: where only the server allows inspection it enrols, the edge refuses its messages, which is audited, and the server is told why', async () => {
  changeSettings({ allowInspectedTls: true })
  const said = listen()
  server.start()
  await waitFor(() => said().includes('and its environment does not'), 'the server to say why', said)
  expect(said()).toContain('Enrolled as')
  expect(said()).toContain(`TLS is opened by ${issuer} on the way`)
  const subject = `environment server ${String(settings()['serverXid'])}`
  await expect
    .poll(async () => {
      const { data } = await callHub(system.hub.target, `${paths.auditEvents}?limit=1000`, AuditEventPage)
      return data.filter((event) => event.action === 'broker.refuse' && event.subject === subject)
    })
    .toContainEqual(
      expect.objectContaining({
        detail: { what: 'connect', reason: 'TLS is opened on the way, which its environment does not allow' },
      }),
    )
  expect(await inspectedAtHub()).toBe(null)
  await server.stop()
  const found = await doctor()
  expect(found.finding).toBe('inspection-not-allowed')
})

test.each(['websocket', ''])(
  'S17: where environment and server allow it, a server connects behind inspection and runs apps, shown as inspected, by “%s”; it is cut once the environment allows it no more',
  async (queueTransport) => {
    await allow(true)
    expect(environment.allowInspectedTls).toBe(true)
    changeSettings({ queueTransport })
    const said = listen()
    await server.startConnected()
    await expect.poll(inspectedAtHub).toBe(issuer)
    const { execution } = await runJob(system.hub.target, job.id)
    expect(execution.state).toBe('succeeded')
    await logWith(system.hub.target, execution.id, 'ran behind inspection')
    const told = await runCommand(server.home, ['status'])
    expect(told).toMatchObject({ code: 0, text: expect.stringContaining(`TLS is opened by ${issuer} on the way`) })
    await allow(false)
    await waitFor(() => said().includes('and its environment does not'), 'the connection to be cut', said)
    await allow(true)
    await server.stop()
    const found = await doctor()
    expect(found).toMatchObject({ finding: null, codes: expect.arrayContaining(['tls-inspected']) })
    expect(found.words).toContain(`a certificate issued by ${issuer}`)
    expect(found.words).toContain('the hub knows this server')
  },
)

test('S17: where only the environment allows inspection, the server refuses it and says nothing; what the hub says there is only for new bundles', async () => {
  await allow(true)
  await using other = await unpackBundle()
  expect(settings(other)['allowInspectedTls']).toBe(true)
  changeSettings({ allowInspectedTls: false })
  const said = listen()
  const read = proxy.readAlong
  server.start()
  await waitFor(() => said().includes(`TLS is being opened by ${issuer}`), 'the server to refuse', said)
  expect(proxy.readAlong).toBe(read)
  await server.stop()
})

test('S17: a server that allows inspection and meets none shows its certificate as ever, and is not shown as inspected', async () => {
  await allow(false)
  proxy.fault = undefined
  changeSettings({ allowInspectedTls: true })
  await server.startConnected()
  await expect.poll(inspectedAtHub).toBe(null)
  await server.stop()
})
