import {
  builtServerFile,
  giveAway,
  InitService,
  makeHome,
  unprivilegedUser,
  waitFor,
} from '@postern/dev/environment-server'
import { FakeHub, SigningKey } from '@postern/dev/fake-hub'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const password = 'correct horse battery staple\n'
let hub: FakeHub
let home: string
let file: string
let kept: string
/** The server file as it was built. */
let good: Buffer
/** Heartbeats of the servers that ran before the one that runs now. */
let heardBefore = 0
let running: { child: ChildProcess; text: () => string } | undefined

beforeAll(async () => {
  // At an address of its own, where no other program takes the port of its broker while that is closed.
  hub = await FakeHub.start({ address: '127.0.0.64' })
  home = makeHome()
  cpSync(fileURLToPath(new URL('../../bundle/', import.meta.url)), home, { recursive: true })
  file = join(home, 'postern-envsvr.mjs')
  kept = join(home, '.postern-envsvr', 'kept', 'postern-envsvr.mjs')
  cpSync(builtServerFile(), file)
  good = readFileSync(file)
  hub.signServerFile(file)
  mkdirSync(join(home, 'runtime'))
  symlinkSync(process.execPath, join(home, 'runtime', 'node'))
  hub.writeBundle(home, '4711')
})
afterAll(async () => {
  await stop()
  rmSync(home, { recursive: true, force: true })
  await hub[Symbol.asyncDispose]()
})

/** To be online in, for a file that never is. */
const shortTrial = 3
/** For one that is, or that ends, though the machine may be busy with something else; then it is watched for as long until it is kept. */
const longTrial = 20
/** Two of these are longer than the longest wait between two tries to connect. */
const trialOverWaits = 16

/** As a user starts it; the password comes out of a pipe, which can be read once. */
function start(trialSeconds = shortTrial): () => string {
  giveAway(home)
  heardBefore = hub.heartbeats.length
  const child = spawn('/bin/sh', [join(home, 'run.sh'), '--password-fd', '3'], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { PATH: '/usr/bin:/bin', POSTERN_TRIAL_SECONDS: String(trialSeconds) },
    cwd: '/',
    ...unprivilegedUser(),
  })
  // stdio says that the fourth is a pipe.
  const giver = child.stdio[3] as NodeJS.WritableStream
  // Not every file that is tried here reads it.
  giver.on('error', () => undefined)
  giver.end(password)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => (text += part.toString()))
  running = { child, text: () => text }
  return () => text
}

async function stop(): Promise<number | null> {
  const child = running?.child
  running = undefined
  if (child === undefined) return null
  if (child.exitCode !== null) return child.exitCode
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
  return child.exitCode
}

/** @param signer null: the signature of the file before stays */
async function replace(bytes: Buffer | string, signer: SigningKey | null = hub.releaseKey): Promise<void> {
  await stop()
  writeFileSync(file, bytes)
  if (signer !== null) hub.signServerFile(file, signer)
}

/** Bytes that do the same, and are another file. */
const another = (mark: string) => Buffer.concat([good, Buffer.from(`\n// ${mark}\n`)])

async function connected(text: () => string): Promise<void> {
  await waitFor(() => text().includes('Connected to'), 'the server to connect', text)
}

async function setAside(text: () => string): Promise<string> {
  await connected(text)
  const told = () => hub.heartbeats.slice(heardBefore).at(-1)?.setAside?.reason
  return (await waitFor(told, 'a heartbeat that tells of it', text)) ?? ''
}

const isKept = (bytes: Buffer) => existsSync(kept) && readFileSync(kept).equals(bytes)

test('ES-20: a server that has been online long enough keeps a copy of its file with the signature', async () => {
  const text = start()
  await waitFor(() => isKept(good), 'the copy', text)
  expect(existsSync(`${kept}.sig`)).toBe(true)
  expect(hub.heartbeats.at(-1)).not.toHaveProperty('setAside')
  expect(await stop()).toBe(0)
})

test('ES-20: a file whose signature is wrong does not run: the kept one runs in its place, and the hub is told why', async () => {
  const ran = join(home, 'it-ran')
  await replace(
    `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(ran)}, '')\n${good.toString()}`,
    null,
  )
  const text = start()
  expect(await setAside(text)).toMatch(/^Its check failed: its signature is wrong/)
  expect(existsSync(ran)).toBe(false)
  expect(text()).toContain('The newer server file was set aside at ')
})

test('ES-20: a file that ends at once is set aside, and not tried again until it is another', async () => {
  const tries = join(home, 'tries')
  const failing = `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(tries)}, 'x'); process.exit(7)\n`
  await replace(failing)
  expect(await setAside(start(longTrial))).toContain('It ended with exit code 7')
  expect(readFileSync(tries, 'utf8')).toBe('x')
  expect(await stop()).toBe(0)
  await setAside(start())
  expect(readFileSync(tries, 'utf8')).toBe('x')
  await replace(`${failing}// another\n`)
  await setAside(start(longTrial))
  expect(readFileSync(tries, 'utf8')).toBe('xx')
})

test('ES-20: a file that runs and is not online in time is set aside where the way to the hub is open', async () => {
  await replace('setInterval(() => {}, 1000)\n')
  expect(await setAside(start())).toContain(`It was not online within ${shortTrial} seconds`)
})

test('ES-20: a good file goes on waiting for a hub that the kept one would not reach either, and is kept in the end', async () => {
  const { port } = hub.broker
  await stop()
  await hub.broker.close()
  const better = another('better')
  await replace(better)
  const text = start(trialOverWaits)
  await waitFor(() => text().includes('the one before it would not be either'), 'it to be judged', text)
  await hub.openBroker(port)
  await waitFor(() => isKept(better), 'the new file to be kept', text)
  expect(text()).not.toContain('set aside')
  expect(hub.heartbeats.at(-1)).not.toHaveProperty('setAside')
  expect(existsSync(join(home, '.postern-envsvr', 'kept', 'set-aside'))).toBe(false)
  expect(await stop()).toBe(0)
})

test('ES-22: a file that the next release key signed is taken by a server that learnt that key, and by no other (D7)', async () => {
  const [next, stranger] = [new SigningKey(), new SigningKey()]
  const text = start()
  await connected(text)
  hub.successions.push(hub.releaseKey.succession('release', next, new Date(Date.now() + 3_600_000).toISOString()))
  const learnt = () => hub.settingsReports.at(-1)?.releaseKeys?.includes(next.keyId)
  await waitFor(learnt, 'the server to learn the key', text)
  await replace(another('of a stranger'), stranger)
  expect(await setAside(start())).toContain('which this server does not trust')
  const newer = another('newer')
  await replace(newer, next)
  const textOfNewer = start(longTrial)
  await waitFor(() => isKept(newer), 'the new file to be kept', textOfNewer)
  expect(await stop()).toBe(0)
})

// The systemd unit starts the same run.sh.
test.runIf(unprivilegedUser() !== undefined)('ES-20: as root, the service goes back as well', async () => {
  await replace('process.exit(9)\n')
  giveAway(home)
  const passwordFile = `${home}.password`
  writeFileSync(passwordFile, password, { mode: 0o600 })
  using service = new InitService(home, { home, user: 'nobody', passwordFile })
  const before = hub.heartbeats.length
  try {
    expect(await service.call('start')).toMatchObject({ code: 0, text: expect.stringContaining('has started') })
    const logs = join(home, '.postern-envsvr', 'logs')
    const log = () =>
      ['start.log', 'server.log'].map((name) => readFileSync(join(logs, name), 'utf8').slice(-3000)).join('\n')
    const told = () => hub.heartbeats.slice(before).find(({ setAside }) => setAside !== undefined)?.setAside?.reason
    const reason = await waitFor(told, 'the hub to be told', log)
    expect(reason).toContain('It ended with exit code 9')
    expect((await service.call('status')).code).toBe(0)
  } finally {
    expect((await service.call('stop')).code).toBe(0)
    rmSync(passwordFile)
  }
})

test('ES-20: what the operator has to mend is not the fault of a new file', async () => {
  await replace(another('other'))
  appendFileSync(join(home, '.postern-envsvr', 'policy.json'), '{"appz": []}')
  const text = start(longTrial)
  const [code] = (await once(running!.child, 'close')) as [number]
  expect(code).toBe(2)
  expect(text()).toContain('appz')
  expect(existsSync(join(home, '.postern-envsvr', 'kept', 'set-aside'))).toBe(false)
})
