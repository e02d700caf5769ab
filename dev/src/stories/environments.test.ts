import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { callHub, ensureJob, ensureOwner, installPackage, runJob, sendToHub } from '@postern/cli'
import {
  consolePages,
  Environment,
  Execution,
  ExecutionDetail,
  executionEndStates,
  HubKeys,
  paths,
  PolicyNarrowingRequests,
  SetupLink,
  SignedEnvelope,
} from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConsolePage } from '../browser/console-page.ts'
import { launchChromium } from '../browser/launch-chromium.ts'
import { lowContrastInBothThemes } from '../browser/low-contrast.ts'
import { expectNoWiderThanWindow } from '../browser/page-states.ts'
import { shownOnline } from '../browser/rows-of-servers.ts'
import { BundleServer } from '../environment-server/bundle-server.ts'
import type { EnvironmentServerProcess } from '../environment-server/environment-server-process.ts'
import { Line } from '../environment-server/line.ts'
import { runCommand } from '../environment-server/run-command.ts'
import { waitFor } from '../environment-server/wait-for.ts'
import { withHubDatabase } from '../hub-database.ts'
import { startTestSystem, type TestSystem } from '../test-system.ts'
import { Appliance } from './appliance.ts'
import { acceptedBy, logWith, serverOf, settled } from './look-at-hub.ts'
import { Newcomer } from './newcomer.ts'
import { poolApp } from './pool-app.ts'
import { strangersApp } from './strangers-app.ts'

/** A lease's life, the take-over time, and the starts of three programs. */
type Member = { serverXid: string; process: EnvironmentServerProcess; lines: Line[] }

let system: TestSystem
beforeAll(async () => {
  system = await startTestSystem()
})
afterAll(() => system[Symbol.asyncDispose]())

test.concurrent('ES-24: a server is cut from the hub and not from the appliance: another one takes over within the time, and never do two runs touch the appliance; ES-22: across a rotation of the hub’s key, and narrowed from the shell', async () => {
  await using stack = new AsyncDisposableStack()
  const { target } = system.hub
  const appliance = stack.use(new Appliance())
  const address = await appliance.listen()
  const environment = await callHub(target, paths.environments, Environment, { json: { name: 'Pool' } })
  const members = await Promise.all([1, 2].map(() => joinPool(environment, address, stack)))
  await online(environment, 2)
  const app = await installPackage(target, await poolApp())
  const job = await ensureJob(target, app, environment, {
    name: 'Holds on',
    owner: (await ensureOwner(target, 'Pool')).name,
    parameters: { appliance: address },
  })
  const { id } = await callHub(target, paths.jobExecutions(job.id), Execution, { method: 'POST', json: {} })
  const first = await waitFor(() => appliance.runs[0], 'the first run to reach the appliance')
  const running = await callHub(target, paths.execution(id), ExecutionDetail)
  const cut = members.find(({ serverXid }) => serverXid === running.attempts[0]?.serverXid)
  if (cut === undefined) throw new Error('the first attempt is on no server of the pool')

  for (const line of cut.lines) line.swallow()
  const cutAt = performance.now()
  const second = await waitFor(
    () => appliance.runs[1],
    'the second run to reach the appliance',
    () => members.map(({ process }) => process.text).join('\n---\n'),
  )
  // Its own server had killed it, by its own clock, before the hub gave the execution to another one.
  expect(first.lastHeardAt).toBeLessThan(second.firstHeardAt)
  expect(first.lastHeardAt - cutAt).toBeGreaterThan(0)
  for (const line of cut.lines) line.mend()
  await waitFor(
    () => cut.process.text.split('Connected to ').length > 2,
    'the cut server to come back',
    () => cut.process.text,
  )
  appliance.letGo()
  const ended = await waitFor(async () => {
    const seen = await callHub(target, paths.execution(id), ExecutionDetail)
    return executionEndStates.some((state) => state === seen.state) && seen
  }, 'the execution to end')
  expect(ended).toMatchObject({ state: 'succeeded' })
  expect(ended.attempts.map(({ state, serverXid }) => [state, serverXid === cut.serverXid])).toEqual([
    ['lost', true],
    ['finished', false],
  ])
  expect(appliance.runs).toHaveLength(2)
  expect(first.lastHeardAt).toBeLessThan(second.firstHeardAt)
  await expectRotation(environment, members)
  await expectNarrowing(environment, members[0] ?? cut)
})

test.concurrent('ES-5, ES-11: a newcomer downloads, unzips, configures and runs a bundle, sees it online in the console, and an app runs; ES-25: with what it used; ES-13, ES-29: root makes it a service', async () => {
  await using stack = new AsyncDisposableStack()
  const newcomer = stack.use(new Newcomer())
  const { target, file } = system.hub
  const environment = await callHub(target, paths.environments, Environment, { json: { name: 'Plant North' } })
  const greeted = await greeter(environment)
  await newcomer.download(target, environment, 'North 1')
  await configureByMenu(newcomer)
  newcomer.configure('--set', 'appsNumberofJobExecutors=2')
  expect(newcomer.configure('--get', 'appsNumberofJobExecutors')).toBe('2\n')

  const browser = await launchChromium(readFileSync(join(system.dataFolder, 'pki/ca.pem'), 'utf8'))
  stack.defer(async () => await browser.close())
  const chief = stack.use(await ConsolePage.open(browser, { url: file.url }))
  const { url } = await callHub(target, paths.setupLinks, SetupLink, { method: 'POST' })
  await chief.setUp(url, 'chief', newcomer.password)
  await chief.go(consolePages.environments)
  const card = chief.page.getByRole('article', { name: environment.name })
  await card.getByText('Waiting', { exact: true }).waitFor()
  await using terminal = newcomer.open('run.sh')
  await terminal.answers(['Choose a master password', newcomer.password], ['The same again: ', newcomer.password])
  await terminal.sees('Connected to ')
  await card.getByText(shownOnline).waitFor()
  expect(await greeted()).toContain('Greetings from behind the firewall')
  await expectUsage(chief, environment)
  terminal.interrupt()
  expect(await terminal.end()).toBe(0)
  await terminal.sees('Stopped.')
  expect(terminal.shown).not.toContain(newcomer.password)
  expect(chief.mishaps).toEqual([])

  if (process.getuid?.() !== 0) return
  expect(newcomer.setUpSandbox()).toContain(`./configure.sh --set appsSandboxUser=${newcomer.users.sandbox}`)
  newcomer.configure('--set', `appsSandboxUser=${newcomer.users.sandbox}`)
  const service = stack.use(newcomer.makeService())
  stack.defer(async () => void (await service.call('stop')))
  expect(await service.call('start')).toMatchObject({ code: 0, text: expect.stringContaining('has started') })
  expect((await greeted())[0]).toContain(`as a user of its own: ${newcomer.users.sandbox}-`)
  expect((await service.call('status')).code).toBe(0)
  expect(await service.call('stop')).toMatchObject({ code: 0, text: expect.stringContaining('Ended.') })
  expect((await service.call('status')).code).toBe(3)
})

test.concurrent('ES-2: a server moves by configure.sh --import and hands back what it had not done; D37: revoked, it enrols anew in its own folder', async () => {
  await using stack = new AsyncDisposableStack()
  const { target } = system.hub
  const appliance = stack.use(new Appliance())
  const address = await appliance.listen()
  const [west, east] = await Promise.all(
    ['West', 'East'].map((name) => callHub(target, paths.environments, Environment, { json: { name } })),
  )
  if (west === undefined || east === undefined) throw new Error('no environments were made')
  const server = stack.use(await BundleServer.unpack(target, west.id, 'Wanderer'))
  const { serverXid } = server.settings
  server.allow(address)
  await server.process.startConnected()
  server.configure('--set', 'appsNumberofJobExecutors=1')
  expect((await runCommand(server.process.home, ['reload'])).code).toBe(0)
  const before = await serverOf(target, west, serverXid)

  const app = await installPackage(target, await poolApp())
  const owner = (await ensureOwner(target, 'Wanderings')).name
  const job = await ensureJob(target, app, west, {
    name: 'Holds on in the west',
    owner,
    parameters: { appliance: address },
  })
  const ids = await Promise.all(
    [1, 2].map(
      async () => (await callHub(target, paths.jobExecutions(job.id), Execution, { method: 'POST', json: {} })).id,
    ),
  )
  await waitFor(() => appliance.runs[0], 'the first run to reach the appliance')
  await waitFor(
    async () => (await acceptedBy(system.dataFolder, serverXid)) === 2,
    'the second execution to be in the journal',
  )
  await server.process.kill()
  expect(await server.importEnvironment(east)).toContain('moves this server to the environment "East"')
  await server.process.startConnected()
  expect(server.process.text).toContain('Moved to the environment "East"; 1 executions of the old one are handed back.')
  expect(await serverOf(target, east, serverXid)).toMatchObject({
    confirmed: true,
    keyFingerprint: before?.keyFingerprint,
  })
  expect(await serverOf(target, west, serverXid)).toBeUndefined()
  const handedBack = await settled(target, ids, ({ state }) => state === 'waiting')
  expect(handedBack.map(({ attempts }) => attempts.map(({ state }) => state))).toEqual([['lost'], ['lost']])
  const greeted = await greeter(east)
  await greeted()

  // Whoever serves the old environment does them; here it is the same server, back again.
  await server.process.stop()
  await server.importEnvironment(west)
  await server.process.startConnected()
  const ended = await settled(target, ids, ({ state }) => {
    appliance.letGo()
    return state === 'succeeded'
  })
  expect(ended.map(({ attempts }) => attempts.map(({ state }) => state))).toEqual([
    ['lost', 'finished'],
    ['lost', 'finished'],
  ])

  await sendToHub(target, paths.environmentServerRevocation(west.id, serverXid), { method: 'POST' })
  await server.process.stop()
  await server.unpackBundle(west.id, { serverXid })
  await server.process.startConnected()
  expect(server.process.text).toContain(`Enrolled anew as environment server ${serverXid}, with another key.`)
  const anew = await serverOf(target, west, serverXid)
  expect(anew).toMatchObject({ confirmed: false })
  expect(anew?.keyFingerprint).not.toBe(before?.keyFingerprint)
  const { settings } = server
  expect(settings).not.toHaveProperty('enrolmentToken')
  await expect(said('servers', 'confirm', serverXid, before?.keyFingerprint ?? '')).rejects.toThrow('another key')
  expect(await said('servers')).toMatch(new RegExp(`^${serverXid}\\t.*NOT CONFIRMED`, 'm'))
  await said('servers', 'confirm', serverXid, anew?.keyFingerprint ?? '')
  const again = await greeter(west)
  await again()
})

test.concurrent('ES-16: users are invited, changed and disabled from the shell', async () => {
  const invited = await said('users', 'invite', 'shelly', '--mail', 'shelly@example.org', '--role', 'analyst')
  expect(invited).toMatch(/^https:\/\/\S+\/password#[\w-]{43}\n$/)
  expect(await said('users', 'role', 'SHELLY', 'read-only')).toBe('shelly: read-only, invited\n')
  expect(await said('users', 'disable', 'shelly')).toMatch(/^shelly: read-only, disabled since /)
  await expect(said('users', 'link', 'shelly')).rejects.toThrow('is disabled. Enable the user first')
  expect(await said('users')).toMatch(/^shelly\tread-only\tshelly@example\.org\tdisabled since /m)
})

/** The pool runs on while servers have not heard of the new key, and by the new one once they have (D7). */
async function expectRotation(environment: Environment, members: readonly Member[]): Promise<void> {
  const greeted = await greeter(environment)
  const { keys } = HubKeys.parse(await postern('keys', 'rotate', '--json'))
  const [next, old] = keys.filter(({ purpose }) => purpose === 'command').map(({ keyId }) => keyId)
  await greeted()
  expect(await lastSigner(environment)).toBe(old)
  for (const { process } of members) expect((await runCommand(process.home, ['reload'])).code).toBe(0)
  await waitFor(async () => {
    const { serversWithout } = await callHub(system.hub.target, paths.hubKeys, HubKeys)
    return !serversWithout.some(({ serverXid }) => members.some((member) => member.serverXid === serverXid))
  }, 'the pool to trust the new key')
  await greeted()
  expect(await lastSigner(environment)).toBe(next)
}

/** A person narrows from the shell, sees it in force, and one on the server takes it back (D36). */
async function expectNarrowing(environment: Environment, { serverXid, process }: Member): Promise<void> {
  const path = paths.environmentServerNarrowings(environment.id, serverXid)
  const inForce = async (wanted: boolean) =>
    await waitFor(
      async () => {
        const { local, requests } = await callHub(system.hub.target, path, PolicyNarrowingRequests)
        return local?.lists['egress.allow']?.count === 1 && requests[0]?.isInForce === wanted
      },
      `the narrowing to be ${wanted ? 'in force' : 'taken back'}`,
    )
  const asked = await postern('servers', 'narrow', serverXid, '--apps', 'greeter_v1', '--json')
  expect(asked).toMatchObject({ requests: [{ narrowing: { apps: ['greeter_v1'] }, state: 'waiting' }] })
  await inForce(true)
  expect((await runCommand(process.home, ['policy', 'clear-hub'])).code).toBe(0)
  await inForce(false)
}

/** The key of the last command to the environment's servers. */
async function lastSigner({ id }: Environment): Promise<string> {
  return await withHubDatabase(system.dataFolder, async (client) => {
    const { rows } = await client.query<{ payload: string }>(
      `select c.payload from command c join environment_server s on s.server_xid = c.server_xid
       where s.environment_id = $1 and c.kind = 'execute' order by c.created_at desc limit 1`,
      [id],
    )
    return SignedEnvelope.parse(JSON.parse(rows[0]?.payload ?? '')).keyId
  })
}

/** What the command prints for machines. */
async function postern(...words: string[]): Promise<unknown> {
  return JSON.parse(await said(...words))
}

/** What the command prints. */
async function said(...words: string[]): Promise<string> {
  const main = fileURLToPath(new URL('../../../cli/src/main.ts', import.meta.url))
  const env = { ...process.env, POSTERN_DATA_DIR: system.dataFolder }
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...words], { env })
  return stdout
}

/** Adds an app that greets and a job for it. @returns what runs it to its end, and gives the lines of its log */
async function greeter(environment: Environment): Promise<() => Promise<string[]>> {
  const { target } = system.hub
  const made = await strangersApp({
    programName: 'greeter_v1',
    displayName: 'Greeter',
    params: [],
    postern: { kind: 'action', repeatable: true },
    // It stays for as long as it takes to be measured.
    source: `console.log('Greetings from behind the firewall'); setTimeout(() => {}, 1000)`,
  })
  const app = await installPackage(target, made)
  const owner = (await ensureOwner(target, 'Plant findings')).name
  const job = await ensureJob(target, app, environment, { name: `Greet ${environment.name}`, owner, parameters: {} })
  return async () => {
    const { execution } = await runJob(target, job.id)
    expect(execution).toMatchObject({ state: 'succeeded' })
    return await logWith(target, execution.id, 'Greetings from behind the firewall')
  }
}

async function configureByMenu(newcomer: Newcomer): Promise<void> {
  await using terminal = newcomer.open('configure.sh')
  await terminal.answers(
    ['Choose: ', '1'],
    ['Choose: ', '2'],
    ['Number of the setting', 'appsSessionDaystoKeep'],
    ['New value', 'a week'],
    ['New value', '7'],
    ['Number of the setting', '0'],
    ['Choose: ', '0'],
    ['Choose: ', '0'],
  )
  expect(await terminal.end()).toBe(0)
  expect(terminal.shown).toContain('appsSessionDaystoKeep = 7   (configure.sh)')
}

/** What the newcomer's app used, on the page of the environment. */
async function expectUsage(chief: ConsolePage, environment: Environment): Promise<void> {
  const { page } = chief
  await chief.go(consolePages.environment(environment.id))
  const row = page.getByRole('table', { name: 'App usage' }).getByRole('row').filter({ hasText: 'greeter_v1' })
  await row.getByText('Once so far').waitFor()
  const [server, frequency, ...figures] = await row.getByRole('cell').allTextContents()
  expect([server, frequency]).toEqual(['North 1', 'Once so far'])
  expect(figures).toHaveLength(8)
  for (const figure of figures.slice(0, -1)) expect(figure).toMatch(/^(< 0\.01|[\d.,]+)$/)
  expect(await lowContrastInBothThemes(page)).toEqual([])
  await expectNoWiderThanWindow(page)
}

/** Takes a server of its own into the pool, whose way to the hub can be cut. */
async function joinPool(environment: Environment, allowed: string, stack: AsyncDisposableStack): Promise<Member> {
  const name = `Member ${randomUUID().slice(0, 8)}`
  const server = stack.use(await BundleServer.unpack(system.hub.target, environment.id, name))
  const { serverXid, apiURL, brokerPort } = server.settings
  const api = stack.use(await Line.to(Number(new URL(apiURL).port)))
  const broker = stack.use(await Line.to(brokerPort))
  server.changeSettings({ apiURL: `https://localhost:${api.port}`, brokerPort: broker.port })
  server.allow(allowed)
  await server.process.startConnected()
  return { serverXid, process: server.process, lines: [api, broker] }
}

async function online({ id }: Environment, count: number): Promise<void> {
  await waitFor(async () => {
    const { servers } = await callHub(system.hub.target, paths.environment(id), Environment)
    return servers.filter(({ lastHeartbeatAt }) => lastHeartbeatAt !== null).length === count
  }, 'the pool to be heard')
}
