import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { AttemptResult } from '@postern/protocol'
import { type AedSimulator, startAed } from '@postern/simulators'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Rehearsal } from '../environment-server/rehearsal.ts'
import { SandboxUsers } from '../environment-server/sandbox-users.ts'
import { unprivilegedUser } from '../environment-server/unprivileged-user.ts'
import { waitFor } from '../environment-server/wait-for.ts'
import { withoutPrograms } from '../environment-server/without-programs.ts'
import { signedPackage } from '../fake-hub/app-package.ts'
import type { CommandChanges } from '../fake-hub/fake-hub.ts'
import { hostileApp } from './hostile-app.ts'

const isSoak = process.env['POSTERN_SOAK'] === '1'
type Machine = { machine: string; without: string[]; hasUsers: boolean }
/** The best confinement of this machine, and in a soak also those that it would take if it had less, or users for apps. */
const machines: Machine[] = [
  { machine: 'as it is', without: [], hasUsers: false },
  ...(isSoak && process.getuid?.() === 0
    ? [
        { machine: 'without bubblewrap', without: ['bwrap'], hasUsers: false },
        { machine: 'with users for apps', without: [], hasUsers: true },
        { machine: 'with users for apps and without bubblewrap', without: ['bwrap'], hasUsers: true },
      ]
    : []),
]

describe.each(machines)('on this machine $machine', ({ without, hasUsers }) => {
  let rehearsal: Rehearsal
  const users = new SandboxUsers()
  /** Two servers on the loopback: the local policy and the command name the first, nobody the second. */
  let open: Server
  let closed: Server
  /** A rehearsal appliance, which a job may reach; below a folder that anybody may look into. */
  let aed: AedSimulator
  const appliances = mkdtempSync('/tmp/postern-aed-')
  chmodSync(appliances, 0o755)
  let neighbourId: string
  /** Has to be asked, and waited for, and is: the other tests fill the time. */
  let undying: Promise<Contained>
  const mark = randomUUID()
  const secret = `pw-${randomUUID()}`
  const neighbourToken = `token-${randomUUID()}`

  beforeAll(async () => {
    closed = createServer((_request, response) => response.end('you should not be here')).listen(0, '127.0.0.1')
    open = createServer((_request, response) =>
      response.writeHead(302, { location: `http://${addressOf(closed)}/` }).end('welcome'),
    ).listen(0, '127.0.0.1')
    await Promise.all([once(open, 'listening'), once(closed, 'listening')])
    aed = await startAed({ stateDir: join(appliances, 'aed'), port: 0 })
    rehearsal = await Rehearsal.start({
      settings: { appsNumberofJobExecutors: 4, ...(hasUsers && { appsSandboxUser: users.sandbox }) },
      ...(hasUsers && { prepare: (home: string) => void users.setUp(home, '--executors', '4') }),
      process: {
        wrapper: without.length > 0 ? withoutPrograms(...without) : [],
        get user() {
          return hasUsers ? users.user : without.length > 0 ? unprivilegedUser() : undefined
        },
      },
      policy: { diskMegabytesMax: 64, egress: { allow: [addressOf(open), `127.0.0.1:${aed.identity.port}`] } },
    })
    neighbourId = await start('neighbour', {
      placement: 'pooled',
      limits: { timeoutSeconds: 3_600 },
      secrets: { token: neighbourToken },
    })
    await waitFor(() => rehearsal.hub.log(neighbourId).some(({ text }) => text === 'at work'), 'the neighbour to work')
    // Long enough for it to start on a machine that has much else to do: what was ended before it could listen shows nothing.
    undying = contain('undying', { mark, leave: 'no' }, { limits: { timeoutSeconds: 20 } })
    // Its test awaits it; until then a failure of it is nobody's.
    undying.catch(() => undefined)
  })
  afterAll(async () => {
    await rehearsal[Symbol.asyncDispose]()
    await aed.stop()
    users[Symbol.dispose]()
    rmSync(appliances, { recursive: true })
    for (const server of [open, closed]) server.close()
  })

  function addressOf(server: Server): string {
    return `127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  async function start(name: string, changes: CommandChanges = {}): Promise<string> {
    const { programName, programMain, bytes } = await hostileApp(name)
    const app = rehearsal.hub.addPackage(signedPackage(programName, bytes, rehearsal.hub.publisherKey))
    return await rehearsal.execute(app, { ...changes, app: { programMain } })
  }

  type Contained = { executionId: string; result: AttemptResult; texts: string[]; tries: Map<string, string> }

  /** Runs a hostile app to its end, and proves what holds for each: it tried, the server serves, the neighbour works on. */
  async function contain(
    name: string,
    parameters: Record<string, string> = {},
    changes: CommandChanges = {},
  ): Promise<Contained> {
    const executionId = await start(name, { ...changes, secrets: { parameters, ...changes.secrets } })
    const { result } = await rehearsal.resultOf(executionId).catch((error: unknown) => {
      const said = rehearsal.hub.log(executionId).map(({ text }) => text)
      throw new Error(`${name} did not end: ${said.slice(-20).join('\n')}`, { cause: error })
    })
    const texts = await rehearsal.logOf(executionId)
    const tries = new Map(
      texts.flatMap((text) => {
        const [, what, outcome] = /^tried (.+?): (.*)$/s.exec(text) ?? []
        return what === undefined || outcome === undefined ? [] : [[what, outcome] as const]
      }),
    )
    expect(tries.size, `${name} said: ${JSON.stringify(result)} ${texts.slice(0, 20).join('\n')}`).toBeGreaterThan(0)
    expect(await rehearsal.run(`console.log('served')`)).toMatchObject({ outcome: 'exited', exitCode: 0 })
    // Pooled: had the server's heartbeats stopped for as long as a lease, the neighbour would be gone.
    expect(rehearsal.hub.result(neighbourId)).toBeUndefined()
    return { executionId, result, texts, tries }
  }

  const hidden = () => join(rehearsal.server.home, '.postern-envsvr')
  const jobs = () => join(hidden(), 'exchange/jobs')

  /** Processes of this machine that have the mark in their arguments. */
  function marked(mark: string): string[] {
    return readdirSync('/proc')
      .filter((name) => /^[0-9]+$/.test(name))
      .filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark)
        } catch {
          // It ended meanwhile.
          return false
        }
      })
  }

  test('S2: an app that looks for the server’s files, another execution’s folder, environment and token, and a rehearsal appliance’s back door, finds none', async () => {
    const neighbourFolder = join(jobs(), neighbourId, '1')
    const [neighbourPid = '0'] = marked('neighbour.ts')
    const secrets = [
      'journal.sqlite',
      'settings.json',
      'policy.json',
      'keystore/keychain.json',
      'keystore/trust.json',
      'exchange/programs',
      'run',
    ].map((name) => join(hidden(), name))
    const others = [neighbourFolder, join(neighbourFolder, 'in'), join(rehearsal.server.home, 'password')]
    const host = ['/etc/shadow', '/root', '/home', '/var/log', '/sys/fs/cgroup', '/dev/sda', '/dev/mem', '/proc/kcore']
    const { oracleSocket } = aed.identity
    const behind = ['aed.json', 'appliance.sqlite', 'certificate.pem'].map((name) => join(dirname(oracleSocket), name))
    for (const path of [...secrets, ...others, ...behind, oracleSocket]) expect(existsSync(path), path).toBe(true)
    const appliance = `127.0.0.1:${aed.identity.port}`
    const paths = [...secrets, ...others, ...behind, oracleSocket, ...host]
    const { tries, texts } = await contain(
      'spy',
      {
        paths: JSON.stringify(paths),
        sockets: JSON.stringify([oracleSocket]),
        appliance,
        serverPid: String(rehearsal.server.pid),
        neighbourPid,
      },
      { egress: [appliance] },
    )
    // The front door is open to it; the back door lies in the file system, in a folder of its owner's.
    expect(tries.get('reach the appliance')).toBe('done 200')
    expect(tries.get(`connect to ${JSON.stringify(oracleSocket)}`)).toMatch(/^(ENOENT|EACCES)$/)
    expect([dirname(oracleSocket), oracleSocket].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600])
    for (const path of paths) expect(tries.get(`open ${path}`), path).toMatch(/^(ENOENT|EACCES|EPERM)$/)
    for (const [what, outcome] of tries) {
      if (/^(open \/proc|read environment of|read memory of|connect to)/.test(what)) {
        expect(outcome, what).toMatch(/^(ENOENT|EACCES|EPERM|ECONNREFUSED|EINVAL)$/)
      }
      if (what.startsWith('signal ')) expect(outcome, what).toBe('ESRCH')
    }
    expect(texts.join('\n')).not.toContain(neighbourToken)
    expect(JSON.parse((tries.get('list executions') ?? '').slice(5))).toHaveLength(1)
    expect(tries.get('list shared memory')).toBe('done []')
    expect(tries.get('list temporary files')).toBe('done []')
    // Environments that it can read are its own and its scaffold's; no environment holds anybody's token.
    expect(tries.get('read every environment')).not.toContain(neighbourId)
  })

  test('ES-25: a fork bomb that ignores SIGTERM is ended at once, and leaves no process', async () => {
    const { result } = await contain('fork-bomb', {}, { limits: { processesMax: 12 } })
    expect(result).toMatchObject({
      outcome: 'limit',
      message: expect.stringMatching(/had \d+ processes .* its limit is 12/),
    })
    expect(marked('b() { b | b & }')).toEqual([])
  })

  test('ES-25: an app whose processes take all memory they can get, and ignore SIGTERM, is ended at once', async () => {
    const { result, tries } = await contain('memory-hog', {}, { limits: { memoryBytesMax: 400 * 1024 * 1024 } })
    expect(result).toMatchObject({
      outcome: 'limit',
      message: expect.stringMatching(/used \d+ MB of memory .* limit is 400 MB/),
    })
    expect(tries.has('go on after SIGTERM')).toBe(false)
    expect(marked('Buffer.alloc(32 * 1024 * 1024, 1)), 5)')).toEqual([])
  })

  const fillings: [way: string, reason: RegExp][] = [
    ['large', /had \d+ MB on disk .* its limit is 64 MB/],
    ['deleted', /had \d+ MB on disk .* its limit is 64 MB/],
    // Twenty thousand files take their time on most disks.
    ...(isSoak ? ([['tiny', /had more than 20000 files and folders/]] satisfies [string, RegExp][]) : []),
  ]

  test.each(fillings)(
    'ES-25: an app that fills the disk with %s files is ended, and what it wrote is gone',
    async (way, reason) => {
      const { executionId, result, tries } = await contain('disk-filler', { way })
      expect(tries.get('one file larger than the limit')).toBe('EFBIG')
      expect(tries.get('a file of nothing, of 1 TB')).toBe('EFBIG')
      expect(result).toMatchObject({ outcome: 'limit', message: expect.stringMatching(reason) })
      const top = join(jobs(), executionId, '1')
      expect(readdirSync(top).sort()).toEqual(['log', 'out'])
      expect(readdirSync(join(top, 'log')).length).toBeLessThanOrEqual(100)
    },
  )

  test('ES-25: a flood of log is read on and counted, kept to its limit, and holds up nobody', async () => {
    const { result, texts } = await contain(
      'log-flood',
      { api_key: secret },
      {
        limits: { logBytesMax: 200_000 },
        secrets: { secretNames: ['api_key'] },
      },
    )
    expect(result).toMatchObject({ outcome: 'exited', exitCode: 0 })
    expect(texts.join('\n').length).toBeLessThan(210_000)
    const dropped = /^(\d+) lines were dropped/.exec(texts.at(-1) ?? '')?.[1]
    expect(Number(dropped)).toBeGreaterThan(400_000)
    expect(texts.join('\n')).not.toContain(secret)
  })

  test('S7: an app reaches no host that nobody named, by no way: not the loopback, not metadata, not by other spellings, names or redirects', async () => {
    const to = addressOf(closed)
    const port = to.split(':')[1] ?? ''
    const spellings = [
      'localhost',
      '127.0.0.2',
      '127.1',
      '2130706433',
      '0x7f.0.0.1',
      '0177.0.0.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[64:ff9b::7f00:1]',
      '0.0.0.0',
      '[::]',
      'localhost.',
    ]
    const targets = [
      to,
      ...spellings.map((host) => `${host}:${port}`),
      '169.254.169.254:80',
      '[fd00:ec2::254]:80',
      '100.100.100.200:80',
      '192.0.2.1:443',
      'example.com:443',
      '127.0.0.1:99999',
      '127.0.0.1',
      'user@127.0.0.1:80',
      '',
      `127.0.0.1:${new URL(`https://127.0.0.1:${rehearsal.hub.broker.port}`).port}`,
    ]
    const { tries, texts } = await contain(
      'intruder',
      { targets: JSON.stringify(targets), open: addressOf(open), closed: to },
      {
        // The job itself names the loopback, by name and number, and a metadata address: only the local policy could open them.
        egress: [addressOf(open), ...spellings, '127.0.0.1', '169.254.169.254'],
      },
    )
    expect(tries.get(`TCP to ${to}`)).toMatch(/^(ENETUNREACH|ECONNREFUSED)$/)
    expect(tries.get('TCP to 169.254.169.254:80')).toBe('ENETUNREACH')
    expect(tries.get('UDP to 192.0.2.1')).toBe('ENETUNREACH')
    expect(tries.get('resolve a name')).toMatch(/^E[A-Z]+$/)
    for (const target of targets)
      expect(tries.get(`tunnel to ${target}`), target).toMatch(
        /^(done "status (403|400)"|ECONNRESET|Error|TypeError|ERR_\w+)/,
      )
    expect(tries.get('ask the guard as a plain proxy')).toBe('done "status 403"')
    expect(tries.get('follow a redirect')).toBe(`done "${to}: status 403"`)
    expect(texts.join('\n')).not.toContain('you should not be here')
    expect(texts.filter((text) => text.startsWith('The egress guard refused')).length).toBeGreaterThanOrEqual(15)
  })

  test('D10: an app that ignores every signal and leaves children in sessions of their own ends all the same, with all of them', async () => {
    const daemon = await contain('undying', { mark, leave: 'yes' })
    const survivor = await undying
    expect(survivor.result.outcome).toBe('timed-out')
    expect(survivor.tries.get('survive SIGTERM')).toBe('done so far')
    expect(daemon.result).toMatchObject({ outcome: 'exited', exitCode: 0 })
    expect(marked(mark)).toEqual([])
  })

  test('S2: links, pipes, devices, closed folders and folders without end that an app leaves lead nowhere, and are removed', async () => {
    const secretPath = join(hidden(), 'keystore/keychain.json')
    const before = readFileSync(secretPath)
    const { executionId, result, tries } = await contain('trickster', { secretPath })
    // A look at its folders may have ended it before it ended itself.
    expect(result.message).toMatch(/^$|nested folders deeper than 64|closed a folder of its own/)
    expect(result.results).toEqual({})
    expect(tries.get('message.tc as a link')).toBe('done')
    if (result.outcome === 'exited') {
      for (const what of ['folders without end', 'closed folders']) expect(tries.get(what), what).toBe('done')
    }
    for (const what of [
      'a device',
      'a hard link to the system',
      'a hard link to its program',
      'another folder in place of in',
    ])
      expect(tries.get(what), what).not.toBe('done')
    const top = join(jobs(), executionId, '1')
    expect(readdirSync(top).sort()).toEqual(['log', 'out'])
    expect(rehearsal.server.text).not.toContain('could not be tidied up')
    expect(readdirSync(join(top, 'log'))).toEqual(['sparse.log'])
    expect(readFileSync(secretPath)).toEqual(before)
  })

  test('ES-8: outputs that are too large or no text are cut, redacted and counted, and name nothing that they should not', async () => {
    const { executionId, result } = await contain(
      'babbler',
      { api_key: secret },
      { secrets: { secretNames: ['api_key'] } },
    )
    expect(result).toMatchObject({ outcome: 'exited', exitCode: 0 })
    expect([...result.message].length).toBeLessThanOrEqual(255)
    expect(result.message).not.toContain(secret)
    expect(Object.keys(result.results)).toHaveLength(1_000)
    expect(result.results['good']).toBe('kept')
    expect(Object.getPrototypeOf(result.results)).toBe(Object.prototype)
    expect(Object.keys(result.results).filter((name) => /[^A-Za-z0-9_.]/.test(name))).toEqual([])
    expect(JSON.stringify(result)).not.toMatch(/evil|polluted/)
    expect(readdirSync(join(jobs(), executionId, '1/out'))).toEqual([])
  })

  test('ES-22: an app that changes its program, the interpreter or the system changes nothing, and finds no way to more rights', async () => {
    const { tries } = await contain('vandal')
    expect(tries.size).toBeGreaterThan(20)
    for (const [what, outcome] of tries) expect(outcome, what).not.toMatch(/^done/)
    const downloads = rehearsal.hub.packageDownloads.length
    const again = await contain('vandal')
    expect(again.result).toMatchObject({ exitCode: 0 })
    // Its package was neither changed nor fetched again; the app in between that shows the server serves was.
    expect(rehearsal.hub.packageDownloads.length).toBe(downloads + 1)
    expect(rehearsal.server.text).not.toContain('was changed on this machine')
  })

  test('ES-25: an app that turns on its own scaffold ends nothing but itself', async () => {
    const { result, tries } = await contain('saboteur')
    // Before everybody else, the environment server above all.
    expect(tries.get('see its place when memory runs out')).toBe('done "1000"')
    expect([...tries.keys()]).toEqual(expect.arrayContaining(['kill the first process', 'forge the report']))
    expect(rehearsal.server.hasEnded).toBe(false)
    expect(['exited', 'signalled']).toContain(result.outcome)
    expect(result.exitCode).not.toBe(0)
  })

  test('S2: the neighbour of them all was left alone', async () => {
    await rehearsal.cancel(neighbourId)
    expect((await rehearsal.resultOf(neighbourId)).result).toMatchObject({ outcome: 'cancelled', exitCode: 0 })
    expect(await rehearsal.logOf(neighbourId)).toContain('unharmed')
  })
})
