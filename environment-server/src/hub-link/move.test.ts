import { giveAway, Rehearsal, rehearsalXid, runCommand, waitFor } from '@postern/dev/environment-server'
import { createHash, X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importEnvironment } from '../command-line/import-environment.ts'
import { homeFolder } from '../home/home-folder.ts'

/** Of every bundle here: with a second executor nothing would wait. */
const settingsOfBundle = { appsNumberofJobExecutors: 1 }

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await Rehearsal.start({ settings: settingsOfBundle })
})
afterAll(() => rehearsal[Symbol.asyncDispose]())

/** Writes a `.env` as the hub makes it, and imports it as configure.sh does. */
function importEnv(changes: Record<string, string> = {}): string {
  const { hub, server } = rehearsal
  const values = {
    apiURL: `https://127.0.0.1:${hub.api.port}`,
    brokerHost: '127.0.0.1',
    brokerPort: String(hub.broker.port),
    environmentName: 'Plant South',
    caSha256: createHash('sha256').update(new X509Certificate(hub.authority.certificate).raw).digest('hex'),
    moveToken: 'psm_move',
    ...changes,
  }
  const path = join(server.home, 'Plant South.env')
  writeFileSync(
    path,
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  return importEnvironment(homeFolder(server.home), path)
}

/** One execution that runs without end, and one that waits for it. */
async function busy(): Promise<{ running: string; queued: string }> {
  const running = await rehearsal.execute(`console.log('up'); setInterval(() => {}, 1000)`)
  await rehearsal.running(running)
  const queued = await rehearsal.execute('process.exit(0)')
  await rehearsal.accepted(queued)
  return { running, queued }
}

function settings(): Record<string, unknown> {
  return JSON.parse(readFileSync(homeFolder(rehearsal.server.home).settingsFile, 'utf8')) as Record<string, unknown>
}

test('D37: a .env of a hub with another CA, and a file that is none, are refused and change nothing', () => {
  const before = settings()
  expect(() => importEnv({ caSha256: 'a'.repeat(64) })).toThrow('download a new bundle')
  expect(() => importEnv({ moveToken: '', apiURL: 'http://plain.example' })).toThrow('Plant South.env')
  expect(settings()).toEqual(before)
})

test('ES-2: by its .env a server moves with number, keychain and journal; what ran is delivered, what waited is handed back', async () => {
  const { hub, server } = rehearsal
  const { running, queued } = await busy()
  const { brokerToken } = hub.enrolled.get(rehearsalXid) ?? {}
  await server.kill()
  hub.moveTokens.set('psm_move', 'Plant South')
  expect(importEnv()).toContain('moves this server to the environment "Plant South"')
  await server.startConnected()
  expect(server.text).toContain('Moved to the environment "Plant South"; 1 executions of the old one are handed back.')
  const [move] = hub.moves
  expect(move?.held.map(({ executionId }) => executionId).sort()).toEqual([running, queued].sort())
  expect((await rehearsal.resultOf(running)).result).toMatchObject({ outcome: 'interrupted' })
  expect((await rehearsal.resultOf(queued)).result).toMatchObject({ outcome: 'lease-lost', startedAt: null })
  expect(settings()).toMatchObject({ serverXid: rehearsalXid, origins: { apiURL: 'bundle' } })
  expect(settings()).not.toHaveProperty('moveToken')
  expect(hub.enrolled.get(rehearsalXid)?.brokerToken).toBe(brokerToken)
  expect(await rehearsal.run('process.exit(0)')).toMatchObject({ outcome: 'exited' })
})

test('D37: a token that the hub refuses leaves the server where it is, at work, and is forgotten', async () => {
  const { server } = rehearsal
  await server.stop()
  importEnv({ moveToken: 'psm_of-somebody-else' })
  await server.startConnected()
  expect(server.text).toContain('The hub refused the move, and this server stays in its environment')
  expect(settings()).not.toHaveProperty('moveToken')
})

test('D37: a .env put into force by --reload is answered by the hub’s refusal, and the server works on', async () => {
  const { server } = rehearsal
  importEnv({ moveToken: 'psm_of-somebody-else' })
  // Written by this process, which may be root's.
  giveAway(server.home)
  const connections = () => server.text.split('Connected to').length
  const before = connections()
  const told = await runCommand(server.home, ['configure', '--reload'])
  expect(told).toEqual({
    code: 2,
    text: expect.stringContaining('not the move. The hub refused the move, and this server stays in its environment:'),
  })
  expect(settings()).not.toHaveProperty('moveToken')
  // It starts anew, and the broker keeps no command for who is not there.
  await waitFor(() => connections() > before, 'connected again')
  expect(await rehearsal.run('process.exit(0)')).toMatchObject({ outcome: 'exited' })
  // Nothing is left of it.
  expect(await runCommand(server.home, ['configure', '--reload'])).toMatchObject({ code: 0 })
})

test('D37: a bundle of another server over the folder is refused before its token is spent, and the server is still what it was', async () => {
  const { hub, server } = rehearsal
  await server.stop()
  const { settingsFile } = homeFolder(server.home)
  const own = readFileSync(settingsFile, 'utf8')
  hub.writeBundle(server.home, '4711')
  server.start()
  expect(await server.waitForEnd()).toBe(2)
  expect(server.text).toContain(`This folder is that of another environment server (CN=${rehearsalXid}`)
  expect(hub.enrolled.has('4711')).toBe(false)
  writeFileSync(settingsFile, own)
  await server.startConnected()
})

test('D37: results that were not delivered before the server enrolled anew are still its own to deliver', async () => {
  const { hub, server } = rehearsal
  const running = await rehearsal.execute(`console.log('up'); setInterval(() => {}, 1000)`)
  await rehearsal.running(running)
  await server.kill()
  const before = hub.enrolled.get(rehearsalXid)
  // The first start ends the attempt in the journal, and cannot deliver.
  hub.api.failWith = 503
  await server.startConnected()
  await waitFor(
    () => server.text.includes('interrupted'),
    'the attempt to be over',
    () => server.text,
  )
  await server.kill()
  hub.api.failWith = undefined
  hub.writeBundle(server.home, rehearsalXid, settingsOfBundle)
  await server.startConnected()
  expect(server.text).toContain('Enrolled anew')
  expect((await rehearsal.resultOf(running)).result).toMatchObject({
    outcome: 'interrupted',
    message: expect.not.stringContaining('unreadable'),
  })
  expect(hub.enrolled.get(rehearsalXid)).not.toMatchObject({ publicKey: before?.publicKey })
  // With the new sealing key.
  expect(await rehearsal.run('process.exit(0)')).toMatchObject({ outcome: 'exited' })
})

test('D37: what waited when the server enrolled anew is handed back, though that start ended before it could be', async () => {
  const { hub, server } = rehearsal
  const { running, queued } = await busy()
  await server.kill()
  hub.writeBundle(server.home, rehearsalXid, settingsOfBundle)
  const { journalFile } = homeFolder(server.home)
  renameSync(journalFile, `${journalFile}.kept`)
  mkdirSync(journalFile)
  const before = server.text.length
  server.start()
  await server.waitForEnd()
  expect(server.text.slice(before)).toContain('Enrolled anew')
  rmdirSync(journalFile)
  renameSync(`${journalFile}.kept`, journalFile)
  await server.startConnected()
  expect((await rehearsal.resultOf(queued)).result).toMatchObject({
    outcome: 'lease-lost',
    message: 'The environment server was enrolled anew.',
    startedAt: null,
  })
  expect((await rehearsal.resultOf(running)).result).toMatchObject({ outcome: 'interrupted' })
})

test('D37: enrolled anew by a bundle over its folder, a server keeps the settings that people made here, and takes from the bundle where the hub is', async () => {
  const { hub, server } = rehearsal
  const configure = async (...argv: string[]) => (await runCommand(server.home, ['configure', ...argv])).text
  const made = [
    'appsSessionDaystoKeep=7',
    'relaySystemInfoPublishSeconds=20',
    'allowInspectedTls=false',
    'serverName=Ours',
  ]
  await configure(...made.flatMap((each) => ['--set', each]))
  await server.stop()
  hub.writeBundle(server.home, rehearsalXid, { ...settingsOfBundle, allowInspectedTls: true })
  // Whoever looks before the start finds them, and what is emptied then stays so.
  expect(await configure('--get', 'relaySystemInfoPublishSeconds')).toBe('20\n')
  await configure('--set', 'relaySystemInfoPublishSeconds=')
  await server.startConnected()
  expect(settings()).toMatchObject({
    appsSessionDaystoKeep: 7,
    allowInspectedTls: false,
    serverName: `Server ${rehearsalXid}`,
    origins: { appsSessionDaystoKeep: 'configure.sh' },
  })
  for (const name of ['relaySystemInfoPublishSeconds', 'enrolmentToken']) expect(settings()).not.toHaveProperty(name)
  expect(settings()['origins']).not.toHaveProperty('serverName')
  // Unzipped over it while nobody looks, the start says what it kept.
  await server.stop()
  hub.writeBundle(server.home, rehearsalXid, settingsOfBundle)
  const before = server.text.length
  await server.startConnected()
  expect(server.text.slice(before)).toContain(
    'Kept from the settings before: allowInspectedTls, appsSessionDaystoKeep.',
  )
})
