import {
  idOf,
  Rehearsal,
  type RehearsalOptions,
  runCommand,
  SandboxUsers,
  waitFor,
  withoutPrograms,
} from '@postern/dev/environment-server'
import { appOf } from '@postern/dev/fake-hub'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// Only root makes users.
const isRoot = process.getuid?.() === 0

const machines = [
  { tier: 'isolated', how: /^Runs with .* tier isolated \(.*as a user of its own: .*-[12]\)/, wrapper: [] },
  {
    tier: 'separate-user',
    how: /^Runs with .* tier separate-user \(user ids alone: .*-[12]\)/,
    wrapper: withoutPrograms('bwrap', 'unshare'),
  },
]

describe.runIf(isRoot).each(machines)(
  'where apps run as users of their own, in tier $tier',
  ({ tier, how, wrapper }) => {
    const users = new SandboxUsers()
    let rehearsal: Rehearsal
    beforeAll(async () => {
      const process: RehearsalOptions['process'] = {
        wrapper,
        get user() {
          return users.user
        },
      }
      rehearsal = await Rehearsal.start({
        settings: {
          appsSandboxUser: users.sandbox,
          appsNumberofJobExecutors: 4,
          appsPythonHome311: '/usr/bin/python3',
        },
        policy: { diskMegabytesMax: 64 },
        prepare: (home) => void users.setUp(home),
        process,
      })
    })
    afterAll(async () => {
      await rehearsal?.[Symbol.asyncDispose]()
      users[Symbol.dispose]()
    })

    const hidden = () => join(rehearsal.server.home, '.postern-envsvr')

    /** Processes of the users that apps run as. */
    function processesOf(...numbers: number[]): string[] {
      const ids = numbers.map((number) => idOf(`${users.sandbox}-${number}`, 'uid'))
      return readdirSync('/proc').filter(
        (name) =>
          /^[0-9]+$/.test(name) && ids.includes(statSync(`/proc/${name}`, { throwIfNoEntry: false })?.uid ?? -1),
      )
    }

    async function told(source: string): Promise<Record<string, unknown>> {
      const executionId = await rehearsal.execute(`
      import fs from 'node:fs'; import { spawn, spawnSync } from 'node:child_process'; import { join } from 'node:path'
      const attempt = (work) => { try { return work() ?? 'done' } catch (error) { return error.code ?? String(error) } }
      const top = join(process.env.TC_APP_PARAM_FILE, '..', '..')
      const told = {}
      ${source}
      console.log('TOLD ' + JSON.stringify(told))`)
      const texts = await rehearsal.logOf(executionId)
      expect(texts[0]).toMatch(how)
      const line = texts.find((text) => text.startsWith('TOLD '))
      if (line === undefined) throw new Error(`the app told nothing:\n${texts.join('\n')}`)
      return JSON.parse(line.slice(5)) as Record<string, unknown>
    }

    test('S2: no more executions run at once than there are users, and the log says so', async () => {
      const heartbeat = await waitFor(() => rehearsal.hub.heartbeats.at(-1), 'a heartbeat')
      expect(heartbeat).toMatchObject({ tier, executors: 2 })
      expect(rehearsal.server.text).toContain('setup-sandbox.sh --executors 4')
    })

    test('ES-8: a command beside the running server closes no folder that the users of apps come through', async () => {
      const modes = () =>
        ['.', 'run', 'exchange/jobs', 'exchange/programs'].map((name) => statSync(join(hidden(), name)).mode & 0o777)
      expect(modes()).toEqual([0o711, 0o711, 0o711, 0o755])
      expect(await runCommand(rehearsal.server.home, ['status'], '', users.user)).toMatchObject({ code: 0 })
      expect(modes()).toEqual([0o711, 0o711, 0o711, 0o755])
    })

    test('ES-8: an app writes its folder and reads its program; settings, keystore, journal and another execution stay closed', async () => {
      const neighbour = await rehearsal.execute('setInterval(() => {}, 1000)', { limits: { timeoutSeconds: 600 } })
      await rehearsal.running(neighbour)
      const closed = [
        'settings.json',
        'journal.sqlite',
        'keystore/keychain.json',
        'keystore/trust.json',
        'exchange/jobs',
        'run',
      ]
      const paths = [
        ...closed.map((name) => join(hidden(), name)),
        ...['in', 'out', 'log', ''].map((name) => join(hidden(), 'exchange/jobs', neighbour, '1', name)),
        join(rehearsal.server.home, 'password'),
        '/etc/shadow',
      ]
      // It is told to run before sudo has become the user.
      const neighbourPid = Number(await waitFor(() => processesOf(1, 2)[0], 'the neighbour to be its user'))
      const answers = await told(`
      const look = (path) => attempt(() => { if (fs.statSync(path).isDirectory()) fs.readdirSync(path); else fs.readFileSync(path) })
      told.opened = ${JSON.stringify(paths)}.filter((path) => look(path) === 'done')
      told.folders = ['out', 'log'].map((name) => attempt(() => fs.writeFileSync(join(top, name, 'x'), 'x')))
      told.program = [attempt(() => fs.readFileSync('install.json') && 'read'), attempt(() => fs.writeFileSync('new', '')), attempt(() => fs.chmodSync('install.json', 0o777))]
      told.signals = [${rehearsal.server.pid}, ${neighbourPid}].map((pid) => attempt(() => process.kill(pid, 'SIGTERM')))
      told.environment = attempt(() => fs.readFileSync('/proc/${neighbourPid}/environ') && 'read')
      told.sudo = spawnSync('sudo', ['-n', 'true'], { env: { PATH: '/usr/bin' } }).status
      told.privileges = fs.readFileSync('/proc/self/status', 'utf8').match(/NoNewPrivs:\\s+(\\d)/)[1]`)
      expect(answers).toMatchObject({ opened: [], folders: ['done', 'done'], privileges: '1' })
      expect(answers['program']).toEqual(['read', expect.stringMatching(/^E/), expect.stringMatching(/^E/)])
      for (const code of answers['signals'] as string[]) expect(code).toMatch(/^(EPERM|ESRCH)$/)
      expect(answers['environment']).toMatch(/^E/)
      expect(answers['sudo']).not.toBe(0)
      await rehearsal.cancel(neighbour)
      expect((await rehearsal.resultOf(neighbour)).result.outcome).toBe('cancelled')
    })

    test('ES-8: what an app closes, leaves in places that all share, and leaves running, is removed by the server', async () => {
      const answers = await told(`
      process.umask(0o777)
      fs.writeFileSync(join(top, 'out', 'closed'), 'x'); fs.mkdirSync(join(process.env.TMPDIR, 'closed'))
      process.umask(0o077)
      fs.writeFileSync(join(top, 'out', 'message.tc'), 'said to nobody else')
      told.left = [process.env.TMPDIR, '/tmp'].map((folder) => attempt(() => fs.mkdirSync(join(folder, 'left-' + process.pid))))
      told.file = '/tmp/left-' + process.pid
      spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }).unref()`)
      await waitFor(() => processesOf(1, 2).length === 0, 'the last process to end')
      if (tier === 'separate-user') expect(statSync(String(answers['file']), { throwIfNoEntry: false })).toBeUndefined()
      for (const executionId of readdirSync(join(hidden(), 'exchange/jobs'))) {
        const top = join(hidden(), 'exchange/jobs', executionId, '1')
        expect(readdirSync(top).toSorted()).toEqual(['log', 'out'])
        expect(statSync(top).mode & 0o777).toBe(0o700)
      }
      expect(rehearsal.server.text).not.toMatch(/could not be tidied up|cannot be cleared up/)
    })

    test('ES-6: an app in Python runs as such a user, after a start and after settings that build the parts anew', async () => {
      const found = () =>
        rehearsal.server.text.match(/Python 3\.\d+\.\d+ is \/usr\/bin\/python3 \(appsPythonHome311\)\./g)
      expect(found(), rehearsal.server.text).toHaveLength(1)
      const file = join(hidden(), 'settings.json')
      const settings = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
      writeFileSync(file, JSON.stringify({ ...settings, appsPythonHome: '/usr/bin/python3' }))
      const connections = () => rehearsal.server.text.split('Connected to ').length
      const before = connections()
      expect(await runCommand(rehearsal.server.home, ['reload'], '', users.user)).toMatchObject({ code: 0 })
      await waitFor(() => connections() > before, 'the server to connect again')
      expect(rehearsal.server.text).toContain('Starting anew with other settings.')
      expect(found(), rehearsal.server.text).toHaveLength(2)
      const manifest = { programLanguage: 'PYTHON', programMain: 'say.py' } as const
      const files = { 'say.py': Buffer.from('print("SAID")') }
      const app = rehearsal.hub.addPackage(await appOf('say_v1', manifest, files, rehearsal.hub.publisherKey))
      const executionId = await rehearsal.execute(app, { app: manifest })
      expect((await rehearsal.resultOf(executionId)).result).toMatchObject({ outcome: 'exited', exitCode: 0, tier })
      const texts = await rehearsal.logOf(executionId)
      expect(texts[0]).toMatch(how)
      expect(texts).toContain('SAID')
    })

    // In tier isolated the same is watched in the same way, and the escape suite does worse.
    if (tier === 'separate-user')
      test('ES-25: a fork bomb, a memory hog and a disk filler that run as users are ended, each with its reason', async () => {
        const bomb = `import { spawn } from 'node:child_process'
      process.on('SIGTERM', () => {})
      for (let n = 0; n < 40; n += 1) spawn('sh', ['-c', 'trap "" TERM; sleep 600'], { detached: true, stdio: 'ignore' })
      setInterval(() => {}, 1000)`
        const hog = `const held = []; setInterval(() => held.push(Buffer.alloc(20 * 1024 * 1024, 1)), 20)`
        const filler = `import fs from 'node:fs'; import { join } from 'node:path'
      process.umask(0o077)
      const folder = fs.mkdtempSync(join(process.env.TMPDIR, 'fill-')); let n = 0
      setInterval(() => n < 20 && fs.writeFileSync(join(folder, 'f' + n++), Buffer.alloc(8 * 1024 * 1024, 1)), 20)`
        const [bombed, hogged, filled] = await Promise.all([
          rehearsal.run(bomb, { limits: { processesMax: 16 } }),
          rehearsal.run(hog, { limits: { memoryBytesMax: 200 * 1024 * 1024 } }),
          rehearsal.run(filler),
        ])
        expect(bombed).toMatchObject({
          outcome: 'limit',
          message: expect.stringMatching(/had \d+ processes .* limit is 16/),
        })
        expect(hogged).toMatchObject({
          outcome: 'limit',
          message: expect.stringMatching(/MB of memory .* limit is 200 MB/),
        })
        expect(filled).toMatchObject({
          outcome: 'limit',
          message: expect.stringMatching(/MB on disk .* limit is 64 MB/),
        })
        await waitFor(() => processesOf(1, 2).length === 0, 'the last process to end')
      })

    if (tier === 'isolated')
      test('D10: what runs as users ends with a server that is killed', async () => {
        const executionId = await rehearsal.execute(`import { spawn } from 'node:child_process'
      spawn('sleep', ['600'], { detached: true, stdio: 'ignore' }); setInterval(() => {}, 1000)`)
        await rehearsal.running(executionId)
        await rehearsal.server.kill()
        // At once, and not at the next start: the lease may be another server's by then (D10).
        await waitFor(() => processesOf(1, 2).length === 0, 'the last process to end')
        await rehearsal.server.startConnected()
        expect((await rehearsal.resultOf(executionId)).result.outcome).toBe('interrupted')
      })
  },
)
