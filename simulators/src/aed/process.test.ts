import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { readOptions } from './command.ts'
import { AedIdentity } from './identity.ts'
import { addressIndicators, askOracle, RehearsalClient } from './testing/rehearsal-client.ts'

const main = join(import.meta.dirname, 'main.ts')
let stateDir: string
let started: ChildProcess[]

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'aed-process-'))
  started = []
})
afterEach(async () => {
  for (const child of started.filter((each) => each.exitCode === null && each.signalCode === null)) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  rmSync(stateDir, { recursive: true, force: true })
})

/** Starts the process and waits until it says that it is ready. */
async function start(
  ...flags: string[]
): Promise<{ child: ChildProcess; output: string[]; identity: AedIdentity; client: RehearsalClient }> {
  const child = spawn(process.execPath, [main, '--state', stateDir, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  started.push(child)
  const output: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    output.push(line)
    if (line.startsWith('ready')) break
  }
  const identity = AedIdentity.parse(JSON.parse(readFileSync(join(stateDir, 'aed.json'), 'utf8')))
  const certificatePem = readFileSync(identity.certificatePath, 'utf8')
  return { child, output, identity, client: new RehearsalClient({ ...identity, certificatePem }) }
}

test('kill -9 loses nothing that was answered: the next start has the same objects, address, certificate and credentials', async () => {
  const first = await start('--collection', 'Mine', '--dialect', 'pendingPolls=2')
  const path = await first.client.objectsPath('Mine')
  const posted = (await first.client.post(path, addressIndicators(300))).json()
  await first.client.post(path, addressIndicators(500).slice(300))
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')

  const second = await start('--collection', 'Mine', '--dialect', 'pendingPolls=2')
  expect(second.identity).toEqual({ ...first.identity, pid: second.child.pid, startedAt: second.identity.startedAt })
  const state = (await askOracle(second.identity.oracleSocket, '/state')).json()
  expect(state.collections[1].held['ipv4-addr']).toHaveLength(500)
  const status = (await second.client.taxii(`/taxii/api/status/${posted.id}/`)).json()
  expect(status).toMatchObject({ id: posted.id, status: 'pending', pending_count: 300 })
  expect((await second.client.rest('/alerts/')).json().alerts).toHaveLength(7)
})

test('kill -9 in the middle of a post leaves all of a bundle or none of it', async () => {
  const first = await start()
  const path = await first.client.objectsPath('Postern')
  const unanswered = first.client.post(path, addressIndicators(20_000)).catch((error: unknown) => error)
  // A transaction of this size spills into the log long before it is whole.
  const log = join(stateDir, 'appliance.sqlite-wal')
  const before = statSync(log).size
  await vi.waitUntil(() => statSync(log).size > before, { interval: 1 })
  const killed = once(first.child, 'exit')
  first.child.kill('SIGKILL')
  await Promise.all([unanswered, killed])
  const second = await start()
  const state = (await askOracle(second.identity.oracleSocket, '/state?values=no')).json()
  expect([0, 20_000]).toContain(state.collections[1].indicators)
})

test('what it prints holds the address and the fingerprint, and no secret; secrets lie where only the owner reads', async () => {
  const { output, identity } = await start()
  const text = output.join('\n')
  expect(text).toContain(identity.url)
  expect(text).toContain(identity.fingerprintSha256)
  expect(identity.fingerprintSha256).toBe(new X509Certificate(readFileSync(identity.certificatePath)).fingerprint256)
  for (const secret of [identity.apiToken, identity.stixPassword]) expect(text).not.toContain(secret)
  for (const name of ['aed.json', 'private-key.pem', 'appliance.sqlite', 'oracle.sock']) {
    expect([name, statSync(join(stateDir, name)).mode & 0o777]).toEqual([name, 0o600])
  }
})

test('two appliances never have the same credentials', async () => {
  const first = await start()
  first.child.kill('SIGTERM')
  await once(first.child, 'exit')
  rmSync(stateDir, { recursive: true })
  const second = await start()
  for (const key of ['apiToken', 'stixUsername', 'stixPassword', 'fingerprintSha256'] as const) {
    expect(second.identity[key]).not.toBe(first.identity[key])
  }
})

test('SIGTERM ends it with success, and a port somebody else has taken meanwhile is replaced', async () => {
  const first = await start()
  first.child.kill('SIGTERM')
  expect(await once(first.child, 'exit')).toEqual([0, null])
  const other = createServer().listen(first.identity.port, '127.0.0.1')
  await once(other, 'listening')
  const second = await start()
  expect(second.identity.port).not.toBe(first.identity.port)
  expect((await second.client.rest('/summary/')).status).toBe(200)
  other.close()
  await once(other, 'close')
})

test('a second appliance in the same folder is refused, and says why', async () => {
  await start()
  const second = spawn(process.execPath, [main, '--state', stateDir], { stdio: ['ignore', 'ignore', 'pipe'] })
  started.push(second)
  const lines: string[] = []
  for await (const line of createInterface({ input: second.stderr })) lines.push(line)
  if (second.exitCode === null) await once(second, 'exit')
  expect(second.exitCode).toBe(1)
  expect(lines.join('\n')).toContain(`another AED simulator is running in ${stateDir}`)
})

test('flags are read with every mistake named', () => {
  expect(
    readOptions([
      '--state',
      'd',
      '--port',
      '0',
      '--dialect',
      'quirky',
      '--fault',
      'taxii-post=drop:2',
      '--collection',
      'A',
    ]),
  ).toEqual({
    stateDir: 'd',
    port: 0,
    collections: ['A'],
    dialects: ['quirky'],
    faults: [
      {
        on: 'taxii-post',
        fault: 'drop',
        times: 2,
        after: 0,
        rate: 1,
        seed: 1,
        delayMs: 5_000,
        to: 'https://elsewhere.invalid/',
      },
    ],
  })
  expect(readOptions(['-h'])).toBe('help')
  expect(() => readOptions([])).toThrow('--state DIR is needed')
  expect(() => readOptions(['--state', 'd', '--port', '70000'])).toThrow('--port 70000')
  expect(() => readOptions(['--state', 'd', '--fault', 'drop'])).toThrow('KIND=FAULT')
  expect(() => readOptions(['--state', 'd', '--colour', 'red'])).toThrow('--colour')
})
