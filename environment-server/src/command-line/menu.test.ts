import { FakeHub } from '@postern/dev/fake-hub'
import { makeHome } from '@postern/dev/environment-server'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { homeFolder, prepareHomeFolder } from '../home/home-folder.ts'
import { Keychain } from '../keychain/keychain.ts'
import { Configuration } from './configuration.ts'
import { menu } from './menu.ts'

const password = 'correct horse battery staple'
let hub: FakeHub
let directory: string
beforeAll(async () => {
  hub = await FakeHub.start()
  directory = makeHome()
  hub.writeBundle(directory, '4711', { serverName: 'Plant North' })
  prepareHomeFolder(homeFolder(directory))
})
afterAll(async () => {
  await hub[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true })
})

/** Answers, one a line, and everything that was shown. */
async function converse(...answers: string[]): Promise<string> {
  const input = new PassThrough()
  const output = new PassThrough()
  let shown = ''
  output.on('data', (part: Buffer) => (shown += part.toString()))
  input.end(answers.map((answer) => `${answer}\n`).join(''))
  const configuration = new Configuration(homeFolder(directory), () => Promise.reject(new Error('asked elsewhere')))
  // Streams that are no terminal, as answers from a file are.
  await menu(configuration, input as unknown as NodeJS.ReadStream, output as unknown as NodeJS.WriteStream)
  return shown
}

function settings(): Record<string, unknown> {
  return JSON.parse(readFileSync(join(directory, '.postern-envsvr', 'settings.json'), 'utf8')) as Record<
    string,
    unknown
  >
}

test("ES-11: the menu is the guide's: 1 System Configuration, 2 Edit System Config, then N: name = value", async () => {
  const shown = await converse('1', '2', '0', '0', '0')
  expect(shown).toContain('1: System Configuration')
  expect(shown).toContain('2: Edit System Config')
  const names =
    'apiURL appDeliveryToken appsJavaHome appsNumberofJobExecutors appsPythonHome appsPythonHome311 appsSandboxUser appsSessionDaystoKeep brokerHost brokerPort brokerToken caFolder proxyExternal proxyHost proxyPassword proxyPort proxyTC proxyUsername queueTransport relaySystemInfoPublishSeconds serverName serverXid'
  const lines = shown.split('\n').filter((line) => /^\d+: \w+ = /.test(line))
  expect(lines.slice(0, 22).map((line) => line.split(' = ')[0])).toEqual(
    names.split(' ').map((name, index) => `${index + 1}: ${name}`),
  )
  expect(lines).toContain('3: appsJavaHome = <empty>')
  expect(lines).toContain('7: appsSandboxUser = tc-job')
  expect(lines).toContain('21: serverName = Plant North   (bundle)')
})

test('ES-11: each setting is edited with its help, and a value that does not fit is asked for again', async () => {
  const shown = await converse(
    '1',
    '2',
    '20',
    'soon',
    '1',
    '30',
    '22',
    '16',
    '-',
    '12',
    'not/absolute',
    '/nowhere/at/all',
    '',
    '99',
    '0',
  )
  expect(shown).toContain("How often this server's figures go to the hub")
  expect(shown).toContain('relaySystemInfoPublishSeconds must be a whole number from 5 to 3600, and "soon" is not.')
  expect(shown).toContain('and "1" is not.')
  expect(shown).toContain('serverXid cannot be changed.')
  expect(shown).toContain('caFolder must be a path that begins with /')
  expect(shown).toContain('caFolder is /nowhere/at/all, which cannot be read')
  expect(shown).toContain('There is no setting 99.')
  expect(shown).toContain('20: relaySystemInfoPublishSeconds = 30   (configure.sh)')
  expect(settings()).toMatchObject({
    relaySystemInfoPublishSeconds: 30,
    origins: { relaySystemInfoPublishSeconds: 'configure.sh' },
  })
  // Emptied, the default holds again.
  expect(await converse('1', '2', '20', '-', '0')).toContain('20: relaySystemInfoPublishSeconds = 10\n')
})

test('ES-11: a secret goes to the keychain, under a password asked for twice, and is shown nowhere', async () => {
  const secret = 'pa55-for-the-proxy'
  const shown = await converse('1', '2', '15', secret, password, password, '0')
  expect(shown).toContain('15: proxyPassword = <set>   (configure.sh)')
  for (const hidden of [secret, password]) expect(shown).not.toContain(hidden)
  const { keychainFile, settingsFile } = homeFolder(directory)
  expect(Keychain.open(keychainFile, password).content.proxyPassword).toBe(secret)
  for (const file of [keychainFile, settingsFile]) expect(readFileSync(file, 'utf8')).not.toContain(secret)
  const emptied = await converse('1', '2', '15', '-', password, '0')
  expect(emptied).toContain('15: proxyPassword = <empty>\n')
})

test('ES-10: the menu changes the master password for whoever knows the present one', async () => {
  const { keychainFile } = homeFolder(directory)
  const next = 'another long password'
  const refused = await converse('2', 'not the password', '0')
  expect(refused).toContain('The master password is wrong.')
  expect(refused).not.toContain('New master password')
  expect(await converse('2', password, next, 'differs', '0')).toContain('The two passwords differ')
  expect(await converse('2', password, next, next, '0')).toContain('The master password was changed.')
  expect(Keychain.open(keychainFile, next).content).toEqual({})
})
