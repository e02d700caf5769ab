import { chmodSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Keychain, WrongMasterPassword } from './keychain.ts'
import { openKeychainWith } from './master-password.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-keychain-'))
  path = join(folder, 'keychain.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

const password = 'correct horse battery staple'

function file(name: string, content: string, mode = 0o600): string {
  const place = join(folder, name)
  writeFileSync(place, content, { mode })
  chmodSync(place, mode)
  return place
}

test('ES-10: what was put in comes out under the right password, and the file shows none of it', () => {
  Keychain.create(path, password).update({ brokerToken: 'a-broker-token' })
  expect(Keychain.open(path, password).content).toEqual({ brokerToken: 'a-broker-token' })
  const text = readFileSync(path, 'utf8')
  expect(text).not.toContain('a-broker-token')
  expect(text).not.toContain(Buffer.from('a-broker-token').toString('base64').slice(0, 12))
  expect(text).toContain('argon2id')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  // Written whole and renamed: nothing half-written stays beside it.
  expect(readdirSync(folder)).toEqual(['keychain.json'])
})

test('ES-10: an open keychain saves without the password, under a fresh nonce each time', () => {
  const keychain = Keychain.create(path, password)
  keychain.update({ brokerToken: 'one' })
  const first = JSON.parse(readFileSync(path, 'utf8')) as { nonce: string }
  keychain.update({ brokerToken: 'two', appDeliveryToken: 'three' })
  const second = JSON.parse(readFileSync(path, 'utf8')) as { nonce: string }
  expect(second.nonce).not.toBe(first.nonce)
  expect(Keychain.open(path, password).content).toEqual({ brokerToken: 'two', appDeliveryToken: 'three' })
})

test('ES-10: what a newer release put in is kept', () => {
  Keychain.create(path, password).update({ fromTheFuture: { a: 1 } } as never)
  Keychain.open(path, password).update({ brokerToken: 'x' })
  expect(Keychain.open(path, password).content).toEqual({ fromTheFuture: { a: 1 }, brokerToken: 'x' })
})

test('ES-10: a wrong password and a damaged file are told apart', () => {
  Keychain.create(path, password)
  expect(() => Keychain.open(path, 'wrong password')).toThrow(WrongMasterPassword)
  const text = readFileSync(path, 'utf8')
  const damages = [
    text.slice(0, -20),
    '',
    '{}',
    text.replace(/"ciphertext": "(.)/, (match, first: string) => match.slice(0, -1) + (first === 'A' ? 'B' : 'A')),
    text.replace('"passes": 3', '"passes": 4'),
    text.replace('"memoryKib": 65536', '"memoryKib": 999999999'),
  ]
  for (const damaged of damages) {
    expect(damaged).not.toBe(text)
    writeFileSync(path, damaged)
    expect(() => Keychain.open(path, password)).toThrow(/damaged/)
    expect(() => Keychain.open(path, password)).not.toThrow(WrongMasterPassword)
  }
})

test('ES-10: the password may come from a file that its owner alone can read, and from no other', async () => {
  const good = file('good', `${password}\nsecond line\n`)
  await openKeychainWith({ passwordFile: good }, path)
  expect(Keychain.open(path, password).content).toEqual({})
  await openKeychainWith({ passwordFile: good }, path)
  for (const mode of [0o640, 0o604, 0o666]) {
    await expect(openKeychainWith({ passwordFile: file('open', password, mode) }, path)).rejects.toThrow(
      /can be read by others.*chmod 600/,
    )
  }
  await expect(openKeychainWith({ passwordFile: file('empty', '\n') }, path)).rejects.toThrow(/no password/)
  await expect(openKeychainWith({ passwordFile: join(folder, 'none') }, path)).rejects.toThrow(/cannot be read/)
})

test('ES-10: the password may come from a file descriptor or a systemd credential', async () => {
  const fd = openSync(file('fd', password), 'r')
  await openKeychainWith({ passwordFd: fd }, path)
  const open = openSync(file('open-fd', password, 0o644), 'r')
  await expect(openKeychainWith({ passwordFd: open }, path)).rejects.toThrow(/open-fd can be read by others.*chmod 600/)
  // What a shell makes of a text that it holds has no name that others could open.
  rmSync(join(folder, 'open-fd'))
  await expect(openKeychainWith({ passwordFd: open }, path)).resolves.toBeInstanceOf(Keychain)
  // systemd makes credentials 0440 or 0400, whatever the umask.
  file('postern-envsvr', `${password}\n`, 0o440)
  await expect(openKeychainWith({ credentialsFolder: folder }, path)).resolves.toBeInstanceOf(Keychain)
})

test('ES-10: without any source there is a sentence that names them all', async () => {
  await expect(openKeychainWith({}, path)).rejects.toThrow(/--password-file.*--password-fd.*credential/)
})

test('ES-10: a new keychain takes no password that is easily guessed', async () => {
  await expect(openKeychainWith({ passwordFile: file('short', '1234567') }, path)).rejects.toThrow(
    /at least 8 characters/,
  )
})
