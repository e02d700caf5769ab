import { Rehearsal, waitFor } from '@postern/dev/environment-server'
import { execFileSync } from 'node:child_process'
import { writeFileSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

let rehearsal: Rehearsal
beforeAll(async () => {
  rehearsal = await Rehearsal.start()
})
afterAll(() => rehearsal[Symbol.asyncDispose]())

const report = `const tell = (name, value) => console.log(JSON.stringify({ level: 'info', text: name + ' ' + JSON.stringify(value) }))
  const attempt = (work) => { try { return work() ?? 'done' } catch (error) { return error.code ?? String(error) } };`

async function ask(source: string, name: string): Promise<unknown> {
  const executionId = await rehearsal.execute(
    `import fs from 'node:fs'; import { spawnSync } from 'node:child_process'; import net from 'node:net';\n${report}\n${source}`,
  )
  const texts = await rehearsal.logOf(executionId)
  const line = texts.find((text) => text.startsWith(`${name} `))
  if (line === undefined) throw new Error(`the app said nothing of ${name}:\n${texts.join('\n')}`)
  return JSON.parse(line.slice(name.length + 1))
}

const hidden = () => join(rehearsal.server.home, '.postern-envsvr')

test("S2: an app cannot see the server's journal, keychain, settings or another execution's folder", async () => {
  const secretFolder = join(hidden(), 'exchange', 'jobs', 'another')
  execFileSync('mkdir', ['-p', secretFolder])
  writeFileSync(join(secretFolder, 'secret'), 'x')
  const paths = [
    ...[
      'journal.sqlite',
      'settings.json',
      'keystore/keychain.json',
      'keystore/trust.json',
      'exchange/jobs/another/secret',
    ].map((name) => join(hidden(), name)),
    rehearsal.server.home,
    '/etc/shadow',
    '/root',
    '/home',
    '/var',
    '/sys',
    '/work',
  ]
  const seen = await ask(`tell('seen', ${JSON.stringify(paths)}.filter((path) => fs.existsSync(path)))`, 'seen')
  expect(seen).toEqual([])
})

test('S2: an app sees no process of the machine, and cannot signal the server', async () => {
  const found = (await ask(
    `tell('processes', fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).map((pid) => attempt(() => fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8'))))`,
    'processes',
  )) as string[]
  expect(found.length).toBeLessThanOrEqual(4)
  expect(found.join('\n')).not.toContain('postern-envsvr.mjs')
  expect(await ask(`tell('signal', attempt(() => process.kill(${rehearsal.server.pid}, 'SIGTERM')))`, 'signal')).toBe(
    'ESRCH',
  )
})

test('S7: an app has no network of its own: no TCP, no DNS, no abstract sockets of the machine', async () => {
  await using listener = createServer((socket) => socket.end('reached')).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as { port: number }
  const outcome = await ask(
    `const socket = net.connect(${port}, '127.0.0.1'); socket.on('error', (error) => tell('tcp', error.code)); socket.on('connect', () => { tell('tcp', 'connected'); process.exit() })`,
    'tcp',
  )
  // Of the two ways to isolate, one leaves a loopback of the app's own, on which nothing listens.
  expect(['ENETUNREACH', 'ECONNREFUSED']).toContain(outcome)
  expect(
    await ask(
      `tell('interfaces', fs.readFileSync('/proc/net/route', 'utf8').trim().split('\\n').length)`,
      'interfaces',
    ),
  ).toBe(1)
})

test('S2: an app writes only to its own folders', async () => {
  const outcome = await ask(
    `tell('writes', ['/', '/app', '/usr', '/etc', '/dev', '/run/postern', '/execution'].map((folder) => attempt(() => fs.writeFileSync(folder + '/x', ''))))`,
    'writes',
  )
  for (const code of outcome as string[]) expect(['EROFS', 'EACCES', 'EPERM']).toContain(code)
  expect(await ask(`tell('own', attempt(() => fs.writeFileSync('/tmp/x', '')))`, 'own')).toBe('done')
})

test('S2: an app holds no privilege and cannot gain one', async () => {
  const status = (await ask(`tell('status', fs.readFileSync('/proc/self/status', 'utf8'))`, 'status')) as string
  expect(status).toMatch(/CapEff:\s+0+\n/)
  expect(status).toMatch(/CapBnd:\s+0+\n/)
  expect(status).toMatch(/NoNewPrivs:\s+1\n/)
  const tries = await ask(
    `tell('tries', [['unshare', '-r', 'true'], ['unshare', '-m', 'true'], ['mount', '-t', 'tmpfs', 'x', '/tmp'], ['umount', '-l', '/app'], ['mount', '-o', 'remount,rw', '/usr'], ['chroot', '/', 'true']].map(([command, ...argv]) => spawnSync(command, argv, { env: { PATH: '/usr/bin:/usr/sbin' } }).status))`,
    'tries',
  )
  for (const status of tries as number[]) expect(status).not.toBe(0)
})

test('S2: two executions at once do not see each other', async () => {
  const first = await rehearsal.execute(
    `import fs from 'node:fs'; fs.writeFileSync('/tmp/mine', 'x'); fs.writeFileSync('/dev/shm/mine', 'x'); setInterval(() => {}, 1000)`,
    { limits: { timeoutSeconds: 30 } },
  )
  await rehearsal.running(first)
  const seen = await ask(
    `tell('seen', { tmp: fs.readdirSync('/tmp'), shm: fs.readdirSync('/dev/shm'), executions: fs.readdirSync('/execution') })`,
    'seen',
  )
  expect(seen).toMatchObject({ tmp: [], shm: [] })
  expect((seen as { executions: string[] }).executions).toHaveLength(1)
})

test('S2: links that an app leaves among its outputs lead nowhere', async () => {
  const secret = join(hidden(), 'keystore', 'keychain.json')
  const result = await rehearsal.run(`import fs from 'node:fs'; import { spawnSync } from 'node:child_process'
    const out = '/execution/' + fs.readdirSync('/execution')[0] + '/out'
    fs.symlinkSync(${JSON.stringify(secret)}, out + '/message.tc')
    spawnSync('mkfifo', [out + '/results.tc'])`)
  expect(result).toMatchObject({ outcome: 'exited', exitCode: 0, message: '', results: {} })
})

test('S2: sockets of egress guards are gone when their executions are', async () => {
  await rehearsal.run('process.exit(0)')
  const held = () => rehearsal.hub.heartbeats.at(-1)?.held.length ?? 0
  const sockets = () => readdirSync(join(hidden(), 'run')).filter((name) => name.endsWith('.sock')).length
  await waitFor(() => sockets() <= held() + 1, 'the sockets of what has ended to be gone')
})
