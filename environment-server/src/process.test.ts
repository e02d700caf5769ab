import {
  EnvironmentServerProcess,
  giveAway,
  makeHome,
  Rehearsal,
  rehearsalXid,
  unprivilegedUser,
  untilLetGo,
  waitFor,
} from '@postern/dev/environment-server'
import { Authority, FakeHub } from '@postern/dev/fake-hub'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { homeFolder } from './home/home-folder.ts'
import { StartProblem } from './log/start-problem.ts'
import { refuseRoot } from './log/refuse-root.ts'

// Each test starts servers of its own, most of them side by side, on a machine that may be busy.
let hub: FakeHub
beforeAll(async () => {
  hub = await FakeHub.start()
})
afterAll(() => hub[Symbol.asyncDispose]())

let lastXid = 5000

/** A server with a bundle of its own, not started. */
function newServer(settings: Record<string, unknown> = {}, options = {}): EnvironmentServerProcess {
  const home = makeHome()
  lastXid += 1
  hub.writeBundle(home, String(lastXid), settings)
  return new EnvironmentServerProcess(home, options)
}

async function failure(server: EnvironmentServerProcess): Promise<string> {
  server.start()
  expect(await server.waitForEnd()).toBe(2)
  return server.text
}

test.concurrent('ES-13: a second copy on the same folder is refused, and the first goes on', async () => {
  await using first = newServer()
  await first.startConnected()
  const second = new EnvironmentServerProcess(first.home)
  expect(await failure(second)).toContain('Another environment server is running on this folder')
  expect(first.hasEnded).toBe(false)
  // A killed one leaves no lock behind.
  await first.kill()
  await first.startConnected()
})

test('ES-13: root is refused', () => {
  expect(() => refuseRoot(0)).toThrow(StartProblem)
  expect(() => refuseRoot(1000)).not.toThrow()
})

test.runIf(unprivilegedUser() !== undefined)('ES-13: started as root, the process ends with a sentence', async () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  const child = spawn(process.execPath, [main, '--home', '/tmp'], { stdio: ['ignore', 'ignore', 'pipe'] })
  let text = ''
  child.stderr.on('data', (data: Buffer) => (text += data.toString()))
  const [code] = (await once(child, 'close')) as [number]
  expect(code).toBe(2)
  expect(text).toContain('does not run as root')
})

test.concurrent('ES-10: settings that no server could start with are said by a locked server at once', async () => {
  await using server = newServer({ proxyTC: true }, { arguments: [] })
  // Of one that was at work before: it says to its hub that it is locked.
  writeFileSync(homeFolder(server.home).lockedTokenFile, 'a token')
  giveAway(server.home)
  expect(await failure(server)).toContain('proxyTC is true, and there is no proxy')
})

test.concurrent('ES-13: SIGTERM lets a running app end, takes nothing new, and delivers its result', async () => {
  await using rehearsal = await Rehearsal.start()
  const executionId = await rehearsal.execute(untilLetGo(3))
  await waitFor(() => rehearsal.hub.log(executionId).length > 0, 'the app to be up')
  rehearsal.server.signal('SIGTERM')
  await waitFor(() => rehearsal.hub.heartbeats.at(-1)?.state === 'draining', 'a heartbeat that says draining')
  const late = await rehearsal.execute('process.exit(0)')
  await rehearsal.letGo(executionId)
  expect(await rehearsal.server.waitForEnd()).toBe(0)
  expect(rehearsal.hub.result(executionId)?.result).toMatchObject({ outcome: 'exited', exitCode: 3 })
  expect(rehearsal.hub.events.some((event) => event.executionId === late)).toBe(false)
  // It said goodbye: no last will.
  expect(rehearsal.hub.lost).toEqual([])
})

test.concurrent('ES-13: told to stop, a server hands back at once what is queued, while what runs goes on', async () => {
  await using rehearsal = await Rehearsal.start({ settings: { appsNumberofJobExecutors: 1 } })
  const first = await rehearsal.execute(untilLetGo(3))
  await waitFor(() => rehearsal.hub.log(first).length > 0, 'the app to be up')
  const second = await rehearsal.execute('process.exit(0)')
  await waitFor(
    () => rehearsal.hub.events.some(({ executionId, event }) => executionId === second && event === 'accepted'),
    'acceptance',
  )
  rehearsal.server.signal('SIGTERM')
  await rehearsal.resultOf(second)
  await rehearsal.letGo(first)
  expect(await rehearsal.server.waitForEnd()).toBe(0)
  expect(rehearsal.hub.results.map(({ executionId }) => executionId)).toEqual([second, first])
  expect(rehearsal.hub.result(second)?.result).toMatchObject({ outcome: 'lease-lost', startedAt: null })
  expect(rehearsal.hub.result(first)?.result).toMatchObject({ outcome: 'exited', exitCode: 3 })
})

test.concurrent('the last will is published when the process is killed', async () => {
  await using rehearsal = await Rehearsal.start()
  await rehearsal.server.kill()
  await waitFor(() => rehearsal.hub.lost.includes(rehearsalXid), 'the last will')
})

test.concurrent('ES-9: folders of executions older than the setting are removed at the start', async () => {
  await using server = newServer({ appsSessionDaystoKeep: 2 })
  const jobs = join(server.home, '.postern-envsvr', 'exchange', 'jobs')
  for (const [name, days] of [
    ['old', 3],
    ['young', 1],
  ] as const) {
    mkdirSync(join(jobs, name, '1', 'out'), { recursive: true })
    writeFileSync(join(jobs, name, '1', 'out', 'file'), 'x')
    const time = new Date(Date.now() - days * 24 * 3600_000)
    utimesSync(join(jobs, name), time, time)
  }
  giveAway(server.home)
  await server.startConnected()
  expect(existsSync(join(jobs, 'old'))).toBe(false)
  expect(existsSync(join(jobs, 'young', '1', 'out', 'file'))).toBe(true)
})

test.concurrent('S9: an enrolment token works once: the same bundle elsewhere is told so', async () => {
  await using first = newServer()
  await first.startConnected()
  await using second = newServer()
  const settings = join('.postern-envsvr', 'settings.json')
  const stolen = JSON.parse(readFileSync(join(second.home, settings), 'utf8')) as Record<string, unknown>
  writeFileSync(join(second.home, settings), JSON.stringify({ ...stolen, enrolmentToken: 'used-before' }))
  expect(await failure(second)).toContain('was used already')
})

test.concurrent('ES-10: a wrong master password ends the start with a sentence', async () => {
  await using server = newServer()
  await server.startConnected()
  await server.stop()
  writeFileSync(join(server.home, 'password'), 'something else\n', { mode: 0o600 })
  expect(await failure(server)).toContain('The master password is wrong.')
})

test.concurrent('ES-3: nothing listening is said in a sentence, at enrolment and later', async () => {
  await using fresh = newServer({ apiURL: 'https://127.0.0.1:9' })
  expect(await failure(fresh)).toContain('nothing answers at 127.0.0.1:9')
  await using server = newServer()
  await server.startConnected()
  await server.stop()
  const path = join(server.home, '.postern-envsvr', 'settings.json')
  const settings = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  writeFileSync(path, JSON.stringify({ ...settings, brokerPort: 9 }))
  server.start()
  await waitFor(
    () => server.text.includes('Not connected: nothing answers at 127.0.0.1:9.'),
    'the sentence',
    () => server.text,
  )
  expect(server.hasEnded).toBe(false)
})

test.concurrent('ES-3: a hub with a certificate of another CA is not trusted, and the sentence says what that may mean', async () => {
  await using server = newServer()
  const trustFile = join(server.home, '.postern-envsvr', 'keystore', 'trust.json')
  const trust = JSON.parse(readFileSync(trustFile, 'utf8')) as Record<string, unknown>
  const other = await Authority.create('Another CA')
  writeFileSync(trustFile, JSON.stringify({ ...trust, caCertificate: other.certificate }))
  expect(await failure(server)).toMatch(/was not issued by the hub that this bundle came from/)
})

// Alone: it cuts the lines of all servers of this hub.
test('ES-3: refused credentials are said in a sentence, and tried again', async () => {
  await using server = newServer()
  await server.startConnected()
  hub.enrolled.delete(String(lastXid))
  hub.broker.cut()
  await waitFor(
    () => server.text.includes("refused this server's credentials"),
    'the sentence',
    () => server.text,
  )
  expect(server.hasEnded).toBe(false)
})

test.concurrent('ES-12: all mistakes in the settings are named at once', async () => {
  await using server = newServer({
    brokerPort: 'soon',
    apiURL: 'http://plain.example.com',
    appsNumberofJobExecutors: 0,
  })
  const text = await failure(server)
  for (const name of ['brokerPort', 'apiURL', 'appsNumberofJobExecutors']) expect(text).toContain(name)
})

test.concurrent('S16: a misspelt restriction in the local policy is refused, since it would restrict nothing', async () => {
  await using server = newServer()
  writeFileSync(join(server.home, '.postern-envsvr', 'policy.json'), JSON.stringify({ appz: ['x'] }))
  expect(await failure(server)).toContain('appz')
})

test.concurrent('ES-10: on a terminal the first start asks twice for a password, a later one asks again after a mistake', async () => {
  await using server = newServer({}, { arguments: [] })
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  giveAway(server.home)
  async function onTerminal(answers: [question: string, answer: string][], until: string): Promise<string> {
    // util-linux's script gives the process a terminal of its own.
    const command = `${process.execPath} ${main} --home ${server.home}`
    const child = spawn('script', ['-qfec', command, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      cwd: '/',
      ...unprivilegedUser(),
    })
    let text = ''
    child.stdout.on('data', (data: Buffer) => (text += data.toString()))
    let from = 0
    for (const [question, answer] of answers) {
      await waitFor(
        () => text.indexOf(question, from) >= 0,
        `"${question}"`,
        () => text,
      )
      from = text.indexOf(question, from) + question.length
      child.stdin.write(`${answer}\r`)
    }
    await waitFor(
      () => text.includes(until),
      `"${until}"`,
      () => text,
    )
    const closed = once(child, 'close')
    // Ctrl-C on the terminal.
    child.stdin.write('\u0003')
    await closed
    return text
  }
  const password = 'typed on a terminal'
  const first = await onTerminal(
    [
      // Who mistypes is asked again.
      ['Choose a master password', 'short'],
      ['at least 8 characters.\r\nChoose a master password', password],
      ['The same again', 'mistyped'],
      ['differ.\r\nChoose a master password', password],
      ['The same again', password],
    ],
    'Connected to',
  )
  expect(first).not.toContain(password)
  const second = await onTerminal(
    [
      ['Master password', 'wrong one'],
      ['wrong', ''],
      ['Master password', password],
    ].filter(([, answer]) => answer !== '') as [string, string][],
    'Connected to',
  )
  expect(second).toContain('The master password is wrong.')
})
