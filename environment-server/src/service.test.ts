import {
  builtServerFile,
  giveAway,
  InitService,
  makeHome,
  Terminal,
  unprivilegedUser,
  waitFor,
} from '@postern/dev/environment-server'
import { FakeHub } from '@postern/dev/fake-hub'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { homeFolder, prepareHomeFolder } from './home/home-folder.ts'
import { Keychain } from './keychain/keychain.ts'

const bundleFolder = fileURLToPath(new URL('../bundle/', import.meta.url))
const isRoot = unprivilegedUser() !== undefined
const password = 'correct horse battery staple'
let hub: FakeHub
let home: string
let init: InitService
let passwordFile: string

/** A bundle as unzipped, and the init script as an administrator edits it. */
beforeAll(async () => {
  hub = await FakeHub.start()
  home = makeHome()
  cpSync(bundleFolder, home, { recursive: true })
  cpSync(builtServerFile(), join(home, 'postern-envsvr.mjs'))
  mkdirSync(join(home, 'runtime'))
  symlinkSync(process.execPath, join(home, 'runtime', 'node'))
  hub.writeBundle(home, '4711')
  const places = homeFolder(home)
  prepareHomeFolder(places)
  Keychain.create(places.keychainFile, password)
  giveAway(home)
  passwordFile = `${home}.password`
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  init = serviceOf('nobody')
})
afterAll(async () => {
  if (isRoot) await service('stop')
  init[Symbol.dispose]()
  for (const path of [home, passwordFile]) rmSync(path, { recursive: true, force: true })
  await hub[Symbol.asyncDispose]()
})

function serviceOf(user: string, folder = home): InitService {
  return new InitService(bundleFolder, { home: folder, user, passwordFile })
}

async function service(action: string, of = init) {
  return await of.call(action)
}

test.runIf(isRoot)(
  'ES-13: as root, the init script starts the service as its user, says how it is, and stops it',
  async () => {
    expect((await service('status')).code).toBe(3)
    expect((await service('stop')).code).toBe(0)
    expect((await service('reload')).code).toBe(7)
    expect(await service('start')).toMatchObject({ code: 0, text: expect.stringContaining('has started') })
    const [pid] = readFileSync(join(home, '.postern-envsvr', 'run', 'server.pid'), 'utf8').split(' ')
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^Uid:\s+65534\s+65534/m)
    // Of root's surroundings it gets nothing.
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    expect(environment).toEqual(expect.arrayContaining(['LANG=C.UTF-8', 'USER=nobody', 'LOGNAME=nobody']))
    expect(environment.filter((entry) => /^OF_ROOT=|=\/root$/.test(entry))).toEqual([])
    expect(await service('start')).toMatchObject({ code: 0, text: expect.stringContaining('running already') })
    const log = join(home, '.postern-envsvr', 'logs', 'server.log')
    await waitFor(() => existsSync(log) && readFileSync(log, 'utf8').includes('Connected to'), 'the log of the service')
    const status = await service('status')
    expect(status.code).toBe(0)
    expect(status.text).toMatch(/ready\.\nConnected to 127\.0\.0\.1:\d+\n/)
    expect((await service('restart')).code).toBe(0)
    await waitFor(() => readFileSync(log, 'utf8').split('Connected to').length >= 3, 'the service to connect again')
    expect(await service('stop')).toMatchObject({ code: 0, text: expect.stringContaining('Ended.') })
    expect((await service('status')).code).toBe(3)
    // A start that ends while the password is tried is none.
    writeFileSync(passwordFile, 'not the password\n')
    expect(await service('start')).toMatchObject({ code: 1, text: expect.stringContaining('password is wrong') })
    chmodSync(passwordFile, 0o644)
    const refused = `The password file ${passwordFile} can be read by others.`
    expect(await service('start')).toMatchObject({ code: 1, text: expect.stringContaining(refused) })
    expect((await service('status')).code).toBe(3)
    // Without its password the service stays up, locked.
    rmSync(passwordFile)
    expect(await service('start')).toMatchObject({ code: 0, text: expect.stringContaining('unlock') })
    expect((await service('status')).code).toBe(150)
    expect((await service('stop')).code).toBe(0)
  },
)

test.runIf(isRoot)(
  'ES-13: the init script refuses root as user, strangers and folders that are none, by the codes of the LSB',
  async () => {
    using ofRoot = serviceOf('root')
    using ofNobodyThere = serviceOf('nobody-there')
    using nowhere = serviceOf('nobody', '/nowhere')
    expect(await service('start', ofRoot)).toMatchObject({
      code: 6,
      text: expect.stringContaining('which is root'),
    })
    expect((await service('start', ofNobodyThere)).code).toBe(6)
    expect((await service('start', nowhere)).code).toBe(5)
    expect((await service('dance')).code).toBe(2)
    const unprivileged = spawnSync('/bin/sh', [join(home, 'postern-envsvr.init.sh'), 'start'], {
      ...unprivilegedUser(),
      cwd: '/',
    })
    expect(unprivileged.status).toBe(4)
  },
)

test('ES-13: the init script carries the headers of chkconfig and the LSB', () => {
  const text = readFileSync(join(bundleFolder, 'postern-envsvr.init.sh'), 'utf8')
  expect(text).toMatch(/^# chkconfig: 2345 \d\d \d\d$/m)
  expect(text).toMatch(
    /^### BEGIN INIT INFO$[^]*^# Provides: +postern-envsvr$[^]*^# Default-Start: +2 3 4 5$[^]*^### END INIT INFO$/m,
  )
  expect(text).toContain('POSTERN_ENVSVR_HOME=/opt/postern-envsvr\n')
  expect(text).toContain('USER=postern\n')
})

test('ES-11: configure.sh of the bundle asks on a terminal, and shows nothing of a secret that is typed', async () => {
  // Root would become the folder's owner by itself.
  const terminal = new Terminal(`/bin/sh ${join(home, 'configure.sh')}`, unprivilegedUser())
  await terminal.answers(
    ['Choose: ', '1'],
    ['Choose: ', '2'],
    ['Number of the setting', '14'],
    ['New value', 'proxy.example.com'],
    ['Number of the setting', '15'],
    ['New value', 'typed-in-secret'],
    ['Master password', password],
    ['Number of the setting', '0'],
    ['Choose: ', '0'],
    ['Choose: ', '0'],
  )
  expect(await terminal.end()).toBe(0)
  const { shown } = terminal
  expect(shown).toContain('14: proxyHost = proxy.example.com   (configure.sh)')
  expect(shown).toContain('15: proxyPassword = <set>   (configure.sh)')
  for (const secret of ['typed-in-secret', password]) expect(shown).not.toContain(secret)
  const listed = spawnSync('/bin/sh', [join(home, 'configure.sh'), '--get', 'proxyHost'], {
    encoding: 'utf8',
    cwd: '/',
  })
  expect(listed.stdout).toBe('proxy.example.com\n')
  const checked = spawnSync('/bin/sh', [join(home, 'configure.sh'), '--check', '--json'], {
    encoding: 'utf8',
    cwd: '/',
  })
  expect([0, 1]).toContain(checked.status)
  expect(JSON.parse(checked.stdout)).toContainEqual(expect.objectContaining({ name: 'Node', state: 'good' }))
})

// Where there is no systemd, nothing reads the unit either.
test.runIf(existsSync('/usr/bin/systemd-analyze'))(
  'ES-13: systemd takes the unit as it is, and a misspelt one not',
  () => {
    const unit = readFileSync(join(bundleFolder, 'postern-envsvr.service'), 'utf8')
      .replaceAll('/opt/postern-envsvr', home)
      .replace('User=postern', 'User=daemon')
    const folder = mkdtempSync(join(tmpdir(), 'postern-unit-'))
    function verify(text: string): string {
      const path = join(folder, 'postern-envsvr.service')
      writeFileSync(path, text)
      const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' })
      // What is wrong with other units of this machine is none of ours.
      return `${stdout}${stderr}`
        .split('\n')
        .filter((line) => line.includes('postern-envsvr'))
        .join('\n')
    }
    try {
      expect(verify(unit)).toBe('')
      expect(verify(unit.replace('KillMode=mixed', 'KilMode=mixed'))).toContain('KilMode')
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
