import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:https'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import {
  callHub,
  ensureJob,
  ensureOwner,
  installPackage,
  type LocalEnvironmentServer,
  sendToHub,
  unzip,
} from '@postern/cli'
import { Keychain } from '@postern/environment-server'
import {
  BundleSettings,
  CreatedToken,
  Execution,
  ExecutionDetail,
  executionEndStates,
  LogPage,
  paths,
  SetupLink,
  tcexPaths,
} from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { processTree } from '../demo/process-tree.ts'
import { waitFor } from '../environment-server/wait-for.ts'
import { startTestSystem, type TestSystem } from '../test-system.ts'
import { feedIn, languageSource, setInterpreters } from './languages.ts'
import { carelessApp, type Trusted } from './careless-app.ts'
import { findNeedles } from './secret-scan.ts'

let system: TestSystem
let server: LocalEnvironmentServer
let sink: Server
let source: Server
beforeAll(async () => {
  // Everything that is ever logged.
  system = await startTestSystem({ POSTERN_LOG_LEVEL: 'debug' })
  sink = createServer().listen(0, '127.0.0.1')
  await waitFor(() => sink.address(), 'the sink to listen')
  source = languageSource()
  await waitFor(() => source.address(), 'the source to listen')
  server = await system.startServer([addressOf(sink), addressOf(source)])
})
afterAll(async () => {
  sink.close()
  source.close()
  await system[Symbol.asyncDispose]()
})

function addressOf(listening: Server): string {
  return `127.0.0.1:${(listening.address() as AddressInfo).port}`
}

test('D9, S4: a job’s secret and every token lie nowhere in clear: not in outbox, journal, logs or files while the app runs, and not after it let them slip', async () => {
  const { target } = system.hub
  const password = `pw-${randomBytes(18).toString('base64url')}`
  const note = `note-${randomBytes(12).toString('hex')}`
  const app = await installPackage(target, await carelessApp())
  const job = await ensureJob(target, app, server.environment, {
    name: 'Careless',
    owner: (await ensureOwner(target, 'Strangers')).name,
    parameters: { sink: addressOf(sink), note, password },
  })
  expect(job.parameters).toMatchObject({ note, password: null })

  const calls: Socket[] = []
  sink.on('connection', (socket) => calls.push(socket))
  const { id } = await callHub(target, paths.jobExecutions(job.id), Execution, { method: 'POST', json: {} })
  const socket = await waitFor(() => calls[0], 'the app to reach its sink')
  const trusted = JSON.parse(await firstLine(socket)) as Trusted
  expect(trusted.password).toBe(password)

  const needles = {
    password,
    'changed password': password.toUpperCase(),
    'execution token': trusted.token,
    ...(await issueCredentials(trusted.token)),
  }
  // The search itself is good: it finds what is no secret, in the database and in the files that it writes.
  const control = await findNeedles(system.dataFolder, { note })
  expect(control).toContain('note in public.job.parameters')
  expect(control).toContainEqual(expect.stringMatching(/^note in cluster\/data\/pg_wal\//))
  expect(await findNeedles(system.dataFolder, needles)).toEqual([])
  expect(inProcesses(Object.values(needles))).toEqual([])

  socket.write('go on\n')
  const execution = await waitFor(async () => {
    const seen = await callHub(target, paths.execution(id), ExecutionDetail)
    return executionEndStates.some((state) => state === seen.state) && seen
  }, 'the app to end')
  expect(execution).toMatchObject({ state: 'succeeded' })
  expect(execution.message).toMatch(/^signed in with \S+ and \S+$/)
  const lines = await waitFor(async () => {
    const { data } = await callHub(target, `${paths.executionLog(id)}?limit=1000`, LogPage)
    // Each secret, in five forms, by three ways, and once in pieces; and the harmless line.
    return data.filter((line) => /^(stdout|stderr|app log|pieces|harmless) /.test(line.text)).length === 33 && data
  }, 'the whole log')
  expect(lines.map((line) => line.text)).toContain(`harmless ${note}`)
  expect(await findNeedles(system.dataFolder, needles)).toEqual([])
})

test('ES-6: one feed, written in Python, Java and JavaScript, gives the same library', async () => {
  await setInterpreters(server)
  const python = await feedIn(system, server, 'PYTHON', addressOf(source))
  const java = await feedIn(system, server, 'JAVA', addressOf(source))
  const node = await feedIn(system, server, 'NODE', addressOf(source))
  for (const fed of [python, java, node]) {
    expect(fed.execution).toMatchObject({ state: 'succeeded', message: '4 indicators' })
    expect(fed.said).toHaveLength(4)
  }
  expect(python.said[0]).toMatchObject({
    type: 'Address',
    value: '198.51.100.7',
    rating: 1,
    confidence: 20,
    tags: ['alpha'],
  })
  expect(java.said).toEqual(python.said)
  expect(node.said).toEqual(python.said)
})

/** One of each kind of credential that a hub hands out, each of them used once where that can be logged. */
async function issueCredentials(executionToken: string): Promise<Record<string, string>> {
  const { target, file } = system.hub
  const { token } = await callHub(target, paths.tokens, CreatedToken, { json: { name: 'Story', role: 'analyst' } })
  const setupToken = new URL((await callHub(target, paths.setupLinks, SetupLink, { method: 'POST' })).url).hash.slice(1)
  const userPassword = randomBytes(12).toString('base64url')
  const user = { username: 'storyteller', password: userPassword }
  await call(file.url, 'POST', paths.setup, { body: { setupToken, ...user } })
  const signedIn = await call(file.url, 'POST', paths.session, { body: user })
  const session = /=([^;]{20,});/.exec(signedIn.cookie)?.[1] ?? ''
  expect(session).not.toBe('')
  const bundle = await sendToHub(target, paths.environmentDownloads(server.environment.id), {
    json: { kind: 'bundle', serverName: 'Never started', withoutRuntime: true },
  })
  const { enrolmentToken } = await settingsOf(bundle.bytes)
  const opened = Keychain.open(
    join(server.home, '.postern-envsvr/keystore/keychain.json'),
    readFileSync(join(server.home, '../master-password'), 'utf8').trim(),
  ).content
  const { brokerToken = '', appDeliveryToken = '' } = opened
  expect(Math.min(brokerToken.length, appDeliveryToken.length)).toBeGreaterThan(20)

  // Good and bad uses, in headers and in addresses: all of them pass through what logs requests and refusals.
  for (const each of [token, executionToken, appDeliveryToken, enrolmentToken]) {
    await call(file.url, 'GET', paths.me, { token: each })
    await call(file.url, 'POST', paths.enrolments, { token: each, body: { serverXid: '1', proof: each } })
    await call(
      file.url,
      'GET',
      `${tcexPaths.base}${tcexPaths.tokenRenewal}?expiredToken=${encodeURIComponent(each)}`,
      {},
    )
    await call(file.url, 'GET', `/v1/nothing?token=${encodeURIComponent(each)}`, {})
  }
  await call(file.url, 'POST', paths.session, { body: { username: userPassword, password: `${userPassword}x` } })
  return {
    'API token': token,
    'set-up token': setupToken,
    'user’s password': userPassword,
    'session token': session,
    'enrolment token': enrolmentToken,
    'broker token': brokerToken,
    'delivery token': appDeliveryToken,
  }
}

async function call(
  url: string,
  method: string,
  path: string,
  { body, token }: { body?: unknown; token?: string },
): Promise<{ status: number; cookie: string }> {
  return await new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, url),
      {
        method,
        ca: readFileSync(join(system.dataFolder, 'pki/ca.pem')),
        headers: {
          origin: url,
          'postern-csrf': '1',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      },
      (answer) => {
        const cookie = answer.headers['set-cookie']?.join('; ') ?? ''
        text(answer).then(() => resolve({ status: answer.statusCode ?? 0, cookie }), reject)
      },
    )
    sent.once('error', reject)
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

async function settingsOf(bundle: Buffer): Promise<BundleSettings> {
  const folder = mkdtempSync(join(tmpdir(), 'postern-bundle-'))
  try {
    await unzip(bundle, folder)
    return BundleSettings.parse(
      JSON.parse(readFileSync(join(folder, 'postern-envsvr/.postern-envsvr/settings.json'), 'utf8')),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Processes whose arguments or environment name a secret: both are readable to others on many machines. */
function inProcesses(secrets: readonly string[]): string[] {
  return processTree(process.pid).flatMap(({ pid, command }) => {
    let environment = ''
    try {
      environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
    } catch {
      // It has ended, or is another user's and closed to this one as well.
    }
    return secrets.some((secret) => command.includes(secret) || environment.includes(secret)) ? [command] : []
  })
}

async function firstLine(socket: Socket): Promise<string> {
  let received = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (received += chunk))
  return await waitFor(
    () => received.includes('\n') && received.slice(0, received.indexOf('\n')),
    'the app to tell what it knows',
  )
}
