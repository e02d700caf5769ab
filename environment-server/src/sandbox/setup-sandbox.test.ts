import { entryOf, idOf, makeHome, SandboxUsers } from '@postern/dev/environment-server'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

// Users are made by root alone, and the tests that make them are root's: script/test says so where it is not.
const isRoot = process.getuid?.() === 0

const users = new SandboxUsers()
const home = makeHome()
const exchange = join(home, '.postern-envsvr/exchange')
const output = (program: string, ...argv: string[]) => execFileSync(program, argv, { encoding: 'utf8' })
const { service, sandbox } = users

beforeAll(() => {
  if (!isRoot) return
  mkdirSync(join(exchange, 'programs/app_v1'), { recursive: true })
  mkdirSync(join(exchange, 'jobs'), { recursive: true })
  writeFileSync(join(exchange, 'programs/app_v1/install.json'), '{}', { mode: 0o600 })
  users.setUp(home)
})
afterAll(() => {
  if (isRoot) users[Symbol.dispose]()
  rmSync(home, { recursive: true })
})

test.runIf(isRoot)(
  'ES-29: it makes a service user, a locked sandbox user and a pool, each with a group of its own',
  () => {
    const groups = output('id', '-Gn', service).trim().split(' ')
    for (const name of [sandbox, `${sandbox}-1`, `${sandbox}-2`]) {
      expect(output('passwd', '--status', name).split(' ')[1]).toBe('L')
      expect(entryOf(name)?.[6]).toMatch(/nologin$/)
      expect(output('id', '-Gn', name).trim()).toBe(name)
      expect(groups).toContain(name)
    }
    expect(entryOf(`${sandbox}-3`)).toBeUndefined()
  },
)

test.runIf(isRoot)('ES-29: owner, modes and the three default ACLs are as the guide has them', () => {
  const app = join(exchange, 'programs/app_v1')
  expect(statSync(app).uid).toBe(idOf(service, 'uid'))
  expect([app, join(app, 'install.json')].map((path) => statSync(path).mode & 0o777)).toEqual([0o755, 0o644])
  const programs = output('getfacl', '-p', join(exchange, 'programs'))
  const jobs = output('getfacl', '-p', join(exchange, 'jobs'))
  expect(programs).toContain(`default:user:${sandbox}:r-x`)
  expect(jobs).toContain(`default:user:${sandbox}:rwx`)
  expect(jobs).toContain(`default:user:${service}:rwx`)
})

test.runIf(isRoot)(
  'ES-29: the entry for sudo is valid, and lets the service user become these users and nobody else',
  () => {
    const entry = `/etc/sudoers.d/${service}-${sandbox}`
    expect(readFileSync(entry, 'utf8')).toContain(`Defaults:${service} !requiretty`)
    expect(output('visudo', '-c', '-f', entry)).toContain('parsed OK')
    const become = (user: string) => {
      const words = [
        'setpriv',
        `--reuid=${service}`,
        `--regid=${service}`,
        '--init-groups',
        'sudo',
        '-n',
        '-u',
        user,
        'id',
        '-un',
      ]
      const [program = '', ...argv] = words
      return execFileSync(program, argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    }
    expect([become(sandbox), become(`${sandbox}-2`)]).toEqual([sandbox, `${sandbox}-2`])
    for (const other of ['root', 'nobody', service]) expect(() => become(other), other).toThrow()
  },
)

/** Lines that name these users: other tests make users of their own at the same time. */
const ownLines = (file: string, ...names: string[]) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => names.some((name) => line.includes(name)))

test.runIf(isRoot)('ES-29: to run it again changes nothing', () => {
  const facts = () => [
    ownLines('/etc/passwd', service, sandbox),
    ownLines('/etc/group', service, sandbox),
    readFileSync(`/etc/sudoers.d/${service}-${sandbox}`, 'utf8'),
    output('getfacl', '-R', '-p', exchange),
  ]
  const before = facts()
  users.setUp(home)
  expect(facts()).toEqual(before)
})

test.runIf(isRoot)('ES-29: another environment server on the machine is refused the same users', () => {
  const other = makeHome()
  try {
    mkdirSync(join(other, '.postern-envsvr'))
    expect(() => users.setUp(other)).toThrow(/is there for another environment server/)
  } finally {
    rmSync(other, { recursive: true })
  }
})

test.runIf(isRoot)('ES-29: --print shows the way by hand and changes nothing', () => {
  const printed = users.setUp(home, '--sandbox-user', 'somebody-else', '--print')
  for (const words of [
    'useradd --system',
    'usermod --lock',
    'setfacl -R -d -m',
    'visudo -f /etc/sudoers.d/',
    'NOPASSWD: ALL',
  ])
    expect(printed).toContain(words)
  expect(ownLines('/etc/passwd', 'somebody-else')).toEqual([])
})

test.runIf(isRoot)('ES-29: a name that is none for a user is refused before anything is done', () => {
  for (const name of ['root', 'a b', '../x', 'x\ny ALL=(ALL) ALL', '', '-x'])
    expect(() => users.setUp(home, '--sandbox-user', name), name).toThrow(/is no name for the user/)
})

test.runIf(isRoot)('ES-29: --undo takes back users, groups, ACLs and the entry for sudo', () => {
  expect(users.undo(home)).toBe(
    `Users ${sandbox} and ${sandbox}-N are gone. User ${service} and ${home} stay; start the environment server again.\n`,
  )
  for (const name of [sandbox, `${sandbox}-1`, `${sandbox}-2`]) {
    expect(entryOf(name)).toBeUndefined()
    expect(readFileSync('/etc/group', 'utf8')).not.toContain(`${name}:`)
  }
  expect(existsSync(`/etc/sudoers.d/${service}-${sandbox}`)).toBe(false)
  expect(output('getfacl', '-R', '-p', exchange)).not.toContain('default:')
  expect(entryOf(service)).toBeDefined()
})
