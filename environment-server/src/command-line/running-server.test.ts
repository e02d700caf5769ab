import {
  EnvironmentServerProcess,
  makeHome,
  unprivilegedUser,
  waitFor,
  runCommand,
  type Said,
} from '@postern/dev/environment-server'
import { FakeHub } from '@postern/dev/fake-hub'
import type { ConfigureCommand } from '@postern/protocol'
import { createHash, createPublicKey, randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServerStatus } from '../control/control-message.ts'
import { judgeExecutors } from '../executor/executor-count.ts'

// One server goes through its life here, on a machine that may be busy; each test goes on where the one before ended.
const serverXid = '4711'
const password = 'correct horse battery staple'
/** As many executors as the setting takes are more than a machine is enough for that has not hundreds of cores. */
const areTooMany = judgeExecutors(1000).state === 'missing'
let hub: FakeHub
let server: EnvironmentServerProcess
beforeAll(async () => {
  hub = await FakeHub.start()
  const home = makeHome()
  hub.writeBundle(home, serverXid, {})
  writeFileSync(
    join(home, '.postern-envsvr', 'policy.json'),
    JSON.stringify({ settings: ['appsNumberofJobExecutors', 'brokerHost'] }),
  )
  // No source for the password, and no terminal.
  server = new EnvironmentServerProcess(home, { arguments: [] })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await hub[Symbol.asyncDispose]()
})

function command(argv: string[], input = '', user: { uid?: number; gid?: number } = {}): Promise<Said> {
  return runCommand(server.home, argv, input, user)
}

async function status(): Promise<ServerStatus> {
  return JSON.parse((await command(['status', '--json'])).text) as ServerStatus
}

function settingsFile(): Record<string, unknown> {
  return JSON.parse(readFileSync(join(server.home, '.postern-envsvr', 'settings.json'), 'utf8')) as Record<
    string,
    unknown
  >
}

function configure(settings: ConfigureCommand['settings'], changes: Partial<ConfigureCommand> = {}): ConfigureCommand {
  const now = Date.now()
  return {
    protocolVersion: 3,
    commandId: randomUUID(),
    serverXid,
    notBefore: new Date(now).toISOString(),
    notAfter: new Date(now + 600_000).toISOString(),
    kind: 'configure',
    settings,
    ...changes,
  }
}

async function answerTo({ commandId }: ConfigureCommand) {
  return await waitFor(
    () => hub.settingsReports.flatMap(({ answers }) => answers).find((answer) => answer.commandId === commandId),
    'the answer',
    () => server.text,
  )
}

test('ES-10: without a source for its password a server stays up locked, and says so in log and status', async () => {
  server.start()
  await waitFor(
    () => server.text.includes('The keychain is locked'),
    'the log',
    () => server.text,
  )
  expect(await command(['status'])).toEqual({
    code: 150,
    text: expect.stringContaining('locked. It waits for its first master password'),
  })
  expect(hub.enrolled.size).toBe(0)
  expect((await command(['configure', '--set', 'proxyPassword'], 'x')).text).toContain('Unlock it first')
})

test('ES-10: unlock opens it, at the first start by a password that is long enough, and the server goes to work', async () => {
  const passwordFile = join(server.home, 'password')
  const short = join(server.home, 'short')
  writeFileSync(short, 'short\n', { mode: 0o600 })
  const user = unprivilegedUser()
  const [asOwner, ofRoot] = [user ?? {}, {}]
  // The owner's own files; root becomes the owner.
  const refused = await command(['unlock', '--password-fd', '0'], 'short\n', asOwner)
  expect(refused).toEqual({ code: 2, text: expect.stringContaining('at least 8 characters') })
  expect(await command(['unlock', '--password-file', passwordFile], '', ofRoot)).toEqual({
    code: 0,
    text: 'The keychain was made, and is open.\n',
  })
  await waitFor(
    () => server.text.includes('Connected to'),
    'the connection',
    () => server.text,
  )
  const found = await status()
  expect(found).toMatchObject({ state: 'ready', connected: true, serverXid, hasKeychain: true })
  // What a person compares with the console, and with a receipt (S9, D40).
  const key = createPublicKey(hub.enrolled.get(serverXid)?.publicKey ?? '').export({ type: 'spki', format: 'der' })
  expect(found.keyFingerprint).toBe(createHash('sha256').update(key).digest('hex'))
  expect((await command(['status'])).text).toContain(`The fingerprint of its key is ${found.keyFingerprint}`)
})

/** The server says how it is, and the hub answers, sooner than by themselves. */
async function beat(): Promise<void> {
  expect((await command(['reload'])).code).toBe(0)
}

async function doctor(): Promise<{ finding: string | null; steps: { state: string; code?: string }[] }> {
  return JSON.parse((await command(['doctor', '--json'])).text) as Awaited<ReturnType<typeof doctor>>
}

test('S9: connected and not confirmed, its log, status and doctor say that nothing runs here, and where to confirm its key', async () => {
  hub.placement = { confirmed: false, drained: true }
  await beat()
  const heard = (words: string) =>
    waitFor(
      () => server.text.includes(words),
      words,
      () => server.text,
    )
  await heard('The hub runs nothing here until a person')
  const { keyFingerprint } = await status()
  const said = await command(['status'])
  expect(said.code).toBe(151)
  for (const words of ['NOT CONFIRMED', `postern servers confirm ${serverXid} ${keyFingerprint}`, 'Drained: the hub'])
    expect(said.text).toContain(words)
  expect((await doctor()).steps).toContainEqual(expect.objectContaining({ state: 'advice', code: 'not-confirmed' }))
  hub.placement = { confirmed: true, drained: false }
  await beat()
  await heard("The fingerprint of this server's key was confirmed")
  expect(await status()).toMatchObject({ state: 'ready', confirmed: true, drained: false })
})

test('ES-12: the hub is told every setting with its origin, and no secret', async () => {
  const { settings } = await waitFor(
    () => hub.settingsReports[0],
    'a report',
    () => server.text,
  )
  expect(settings).toHaveLength(30)
  expect(settings.find(({ name }) => name === 'brokerToken')).toMatchObject({ secret: true, value: null })
  expect(settings.find(({ name }) => name === 'brokerHost')).toMatchObject({ origin: 'bundle', hubMaySet: false })
  expect(settings.find(({ name }) => name === 'appsNumberofJobExecutors')).toMatchObject({
    origin: 'default',
    hubMaySet: true,
  })
  const enrolled = hub.enrolled.get(serverXid)
  const told = JSON.stringify(hub.settingsReports)
  for (const secret of [enrolled?.brokerToken, enrolled?.appDeliveryToken, password]) expect(told).not.toContain(secret)
})

test('ES-12: a signed command sets what table and local policy let the hub set, at once and once', async () => {
  const set = configure({ appsNumberofJobExecutors: 1 })
  await hub.send(set)
  expect(await answerTo(set)).toEqual({ commandId: set.commandId, outcome: 'applied', detail: '' })
  expect(settingsFile()).toMatchObject({ appsNumberofJobExecutors: 1, origins: { appsNumberofJobExecutors: 'hub' } })
  await waitFor(() => hub.heartbeats.at(-1)?.executors === 1, 'a heartbeat with one executor')
  // The same again, after a person chose something else, changes nothing and is answered again.
  expect((await command(['configure', '--set', 'appsNumberofJobExecutors=2', '--reload'])).code).toBe(0)
  const before = hub.settingsReports.length
  await hub.send(set)
  await waitFor(
    () =>
      hub.settingsReports
        .slice(before)
        .some(({ answers }) => answers.some(({ commandId }) => commandId === set.commandId)),
    'another answer',
  )
  expect(settingsFile()['appsNumberofJobExecutors']).toBe(2)
})

test('D31: what the table or the local policy keeps from the hub is refused whole, and says why', async () => {
  const before = settingsFile()
  const past = new Date(Date.now() - 60_000).toISOString()
  const refused: (readonly [ConfigureCommand, RegExp])[] = [
    [
      configure({ appsNumberofJobExecutors: 1, brokerHost: '192.0.2.1' }),
      /brokerHost can only be set on the environment server itself/,
    ],
    [configure({ proxyPassword: 'x' }), /proxyPassword can only be set on/],
    [configure({ serverName: 'Other' }), /local policy .* does not let the hub set serverName/],
    [configure({ appsNumberofJobExecutors: 0 }), /whole number from 1 to 1000/],
    ...(areTooMany
      ? [[configure({ appsNumberofJobExecutors: 1000 }), /cores and memory are enough for/] as const]
      : []),
    [configure({ noSetting: 1 }), /not a setting of this release/],
    [configure({ appsNumberofJobExecutors: 1 }, { notBefore: past, notAfter: past }), /after its time/],
  ]
  for (const [sent, why] of refused) {
    await hub.send(sent)
    expect(await answerTo(sent)).toMatchObject({ outcome: 'refused', detail: expect.stringMatching(why) })
  }
  expect(settingsFile()).toEqual(before)
})

test('ES-13: help is asked for in any of the usual ways, and an option that there is not is named in one sentence', async () => {
  for (const asked of [['--help'], ['-h'], ['help']])
    expect(await command(asked)).toEqual({ code: 0, text: expect.stringContaining('--password-fd N') })
  expect(await command(['configure', '-h'])).toMatchObject({ code: 0, text: expect.stringContaining('--set') })
  expect(await command(['--bogus'])).toEqual({ code: 2, text: "Unknown option '--bogus'. See --help.\n" })
})

test('ES-11, ES-12: without a terminal settings are set, got and listed, or refused, all of them; a secret never comes from the command line', async () => {
  expect((await command(['configure', '--set', 'proxyPassword=clear'])).text).toContain(
    'everyone on this machine can read command lines',
  )
  expect((await command(['configure', '--set', 'proxyPassword'], 'of-the-proxy\n')).code).toBe(0)
  // Standard input that is closed, as a scheduler leaves it, or an empty line.
  const unchanged = settingsFile()
  for (const silence of ['', '\n', ' \n']) {
    const refused = await command(['configure', '--set', 'proxyUsername=x', '--set', 'proxyPassword'], silence)
    expect(refused).toEqual({ code: 2, text: expect.stringContaining('To empty it: --set proxyPassword=') })
  }
  expect(settingsFile()).toEqual(unchanged)
  expect((await command(['configure', '--get', 'proxyPassword'])).text).toBe('<set>\n')
  // What this machine does not have is a mistake like any other (ES-12): all are named, and nothing is written.
  const here = [
    'appsPythonHome311=/nonexistent',
    'caFolder=/nonexistent',
    ...(areTooMany ? ['appsNumberofJobExecutors=1000'] : []),
    'appsSandboxUser=root',
  ]
  const unfit = await command(['configure', ...['serverName=Other', ...here].flatMap((text) => ['--set', text])])
  expect(unfit.code).toBe(2)
  for (const text of [...here.map((each) => each.replace('=', ' is ')), 'Nothing was written.'])
    expect(unfit.text).toContain(text)
  expect(settingsFile()).toEqual(unchanged)
  const bad = await command(['configure', '--set', 'brokerPort=0', '--set', 'proxyPort=x'])
  expect(bad.code).toBe(2)
  for (const name of ['brokerPort', 'proxyPort']) expect(bad.text).toContain(`${name} must be`)
  const listed = JSON.parse((await command(['configure', '--list', '--json'])).text) as {
    name: string
    origin: string
  }[]
  expect(listed.find(({ name }) => name === 'proxyPassword')).toMatchObject({
    value: null,
    isSet: true,
    origin: 'configure.sh',
  })
  expect(listed.find(({ name }) => name === 'brokerToken')).toMatchObject({ isSet: true, origin: 'enrolment' })
})

test('ES-11: a mistake in the file of settings keeps nobody from hearing how the running server is', async () => {
  const file = join(server.home, '.postern-envsvr', 'settings.json')
  const good = readFileSync(file, 'utf8')
  writeFileSync(file, '{ "apiURL": ')
  expect((await status()).state).toBe('ready')
  const listed = await command(['configure', '--list'])
  expect([listed.code, listed.text]).toEqual([2, expect.stringContaining('settings.json is not JSON')])
  writeFileSync(file, good)
})

test('ES-21: revoked while it runs, it is told so: log, status and doctor name the cause, and whom to ask', async () => {
  hub.revoked.add(serverXid)
  hub.broker.cut()
  await waitFor(
    () => server.text.includes('says that this server was revoked'),
    'the sentence',
    () => server.text,
  )
  const said = await command(['status'])
  expect(said.code).toBe(152)
  expect(said.text.split('\n')[0]).toMatch(
    /: REVOKED: its identity was taken away at the hub, and nothing runs here\.$/,
  )
  expect(said.text).toContain('Ask an administrator of the hub')
  expect(said.text).not.toContain('certificate is good')
  expect((await doctor()).finding).toBe('revoked')
  hub.revoked.delete(serverXid)
})

test('D31: other settings are put into force by parts that start anew, without asking for the password again', async () => {
  const before = server.text.length
  // What the parts could not start with is refused while the old ones work on.
  const half = await command(['configure', '--set', 'proxyTC=true', '--reload'])
  expect(half).toEqual({ code: 2, text: expect.stringContaining('proxyTC is true, and there is no proxy.') })
  const policyFile = join(server.home, '.postern-envsvr', 'policy.json')
  const policy = readFileSync(policyFile, 'utf8')
  writeFileSync(policyFile, '{')
  const broken = await command(['reload'])
  expect(broken).toEqual({ code: 2, text: expect.stringContaining('no bundle holds one') })
  writeFileSync(policyFile, policy)
  const written = await command(['configure', '--set', 'appsSandboxUser=nobody-there', '--set', 'proxyTC=false'])
  expect(written.text).toContain('The running server goes on with what it had')
  expect(written.text).toContain('WARNING: there is no user nobody-there yet')
  expect(await command(['reload'])).toEqual({ code: 0, text: 'The settings are in force.\n' })
  await waitFor(
    () => server.text.slice(before).includes('Connected to'),
    'the connection',
    () => server.text,
  )
  expect(server.hasEnded).toBe(false)
  expect(server.text.slice(before)).toContain('Starting anew with other settings.')
  await server.stop()
  expect(server.exitCode).toBe(0)
  expect((await command(['status'])).code).toBe(3)
  const log = readFileSync(join(server.home, '.postern-envsvr', 'logs', 'server.log'), 'utf8')
  expect(log).toContain('Connected to')
  expect(log.trimEnd()).toMatch(/Stopped\.$/)
})

test('ES-10: locked again at its next start, it tells the hub so, and a wrong password opens nothing', async () => {
  const told = hub.settingsReports.at(-1)?.lockedTokenSha256
  server.start()
  const token = await waitFor(
    () => hub.lockedNotices.get(serverXid),
    'the notice',
    () => server.text,
  )
  expect(createHash('sha256').update(token).digest('hex')).toBe(told)
  const wrong = await command(['unlock', '--password-fd', '0'], 'not the password\n')
  expect(wrong).toEqual({ code: 2, text: 'The master password is wrong.\n' })
})
