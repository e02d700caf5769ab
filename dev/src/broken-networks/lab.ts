import { enrol, homeFolder, hubHttp, Keychain, prepareHomeFolder, readSettings } from '@postern/environment-server'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { makeHome } from '../environment-server/environment-server-process.ts'
import { FakeHub } from '../fake-hub/fake-hub.ts'
import { addresses, ports } from './addresses.ts'
import { type Names, startNameServer } from './name-server.ts'
import { hubName } from './stations.ts'

const password = 'correct horse battery staple'
const serverXid = '4711'
/** What the doctor waits for each answer: where all come it may be long, and on a busy machine it has to be. */
const patienceSeconds = { answered: 60, silent: 3 } as const
/** As the server's user sees itself; whoever runs the lab is its owner outside. */
const user = ['unshare', '-U', '--map-user=1000', '--map-group=1000']

/** What the doctor said, and how it ended. */
export type Seen = { code: number | null; finding: string | null; steps: Record<string, string>[] }

/** Two network namespaces with a hub in one and a server's folder in the other. It must be root of the first. */
export class Lab implements AsyncDisposable {
  readonly hub: FakeHub
  readonly names: Names = new Map([[hubName, [addresses.hub]]])
  readonly serverXid = serverXid
  readonly #home: string
  readonly #serverFile: string
  readonly #stack: AsyncDisposableStack
  readonly #server: number
  readonly #settings: Record<string, unknown>

  private constructor(hub: FakeHub, home: string, serverFile: string, server: number, stack: AsyncDisposableStack) {
    this.hub = hub
    this.#home = home
    this.#serverFile = serverFile
    this.#server = server
    this.#stack = stack
    this.#settings = JSON.parse(readFileSync(homeFolder(home).settingsFile, 'utf8')) as Record<string, unknown>
  }

  static async build(serverFile: string): Promise<Lab> {
    await using stack = new AsyncDisposableStack()
    const far = spawn('unshare', ['-n', 'sh', '-c', 'echo; exec cat'], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(far.stdout, 'data')
    stack.defer(() => void far.stdin.end())
    // It has said something, so it has a number.
    const server = far.pid!
    joinByCable(server)
    const hub = stack.use(
      await FakeHub.start({ address: addresses.hub, name: hubName, brokerPort: ports.broker, httpsPort: ports.api }),
    )
    const home = stack.adopt(makeHome(), (path) => rmSync(path, { recursive: true, force: true }))
    hub.writeBundle(home, serverXid)
    await enrolIn(home, hub)
    writeFileSync(join(home, 'password'), `${password}\n`, { mode: 0o600 })
    writeFileSync(join(home, 'resolv.conf'), `nameserver ${addresses.hub}\noptions timeout:20 attempts:1\n`)
    writeFileSync(join(home, 'nsswitch.conf'), 'hosts: files dns\n')
    const lab = new Lab(hub, home, serverFile, server, stack.move())
    lab.#stack.use(await startNameServer(addresses.hub, lab.names))
    return lab
  }

  get trustFile(): string {
    return homeFolder(this.#home).trustFile
  }

  /** Runs a command of ip on the hub's side. */
  ip(line: string): void {
    ip(line)
  }

  /** The same on the server's. */
  ipOfServer(line: string): void {
    ip(line, this.#server)
  }

  /** The doctor, as the server's user calls it on the server's side. */
  async diagnose(
    settings: Record<string, unknown>,
    { withPassword, isSilent }: { withPassword: boolean; isSilent: boolean },
  ): Promise<Seen> {
    writeFileSync(homeFolder(this.#home).settingsFile, JSON.stringify({ ...this.#settings, ...settings }))
    const options = withPassword ? ['--password-file', join(this.#home, 'password')] : ['--network']
    const mounts = ['resolv', 'nsswitch']
      .map((name) => `mount --bind ${this.#home}/${name}.conf /etc/${name}.conf`)
      .join(' && ')
    const patience = String(patienceSeconds[isSilent ? 'silent' : 'answered'])
    const doctor = [process.execPath, this.#serverFile, 'doctor', '--home', this.#home, '--json', '--timeout', patience]
    const argv = ['-t', `${this.#server}`, '-n', 'unshare', '-m', 'sh', '-c', `${mounts} && exec "$@"`, 'sh']
    const child = spawn('nsenter', [...argv, ...user, ...doctor, ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>])
    return { code, ...(JSON.parse(said || '{}') as Omit<Seen, 'code'>) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}

function joinByCable(server: number): void {
  for (const line of [
    'link set lo up',
    'link add hub type veth peer name server',
    `link set server netns ${server}`,
    `addr add ${addresses.hub}/24 dev hub`,
    `addr add ${addresses.elsewhere}/24 dev hub`,
    'addr add fd00:77::1/64 dev hub nodad',
    'link set hub up',
    // So that rules of the lab come before the table of the machine's own addresses.
    'rule add pref 100 lookup local',
    'rule del pref 0',
  ])
    ip(line)
  for (const line of [
    'link set lo up',
    `addr add ${addresses.server}/24 dev server`,
    'addr add fd00:77::2/64 dev server nodad',
    'link set server up',
  ])
    ip(line, server)
}

function ip(line: string, server?: number): void {
  const [command = 'ip', ...argv] = server === undefined ? ['ip'] : ['nsenter', '-t', `${server}`, '-n', 'ip']
  const { status, stderr, error } = spawnSync(command, [...argv, ...line.split(' ')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`ip ${line}: ${error?.message ?? stderr}`)
}

/** From the hub's side, where the way is open. */
async function enrolIn(directory: string, hub: FakeHub): Promise<void> {
  const home = homeFolder(directory)
  prepareHomeFolder(home)
  const http = hubHttp({ url: `https://${addresses.hub}:${ports.api}`, proxy: undefined }, hub.authority.certificate)
  try {
    const keychain = Keychain.create(home.keychainFile, password)
    await enrol(http, keychain, serverXid, readSettings(home).enrolmentToken ?? '')
  } finally {
    http.close()
  }
}
