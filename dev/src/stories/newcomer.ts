import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sendToHub, type HubTarget, unzip } from '@postern/cli'
import { type Environment, paths } from '@postern/protocol'
import { makeHome } from '../environment-server/environment-server-process.ts'
import { InitService } from '../environment-server/init-service.ts'
import { SandboxUsers } from '../environment-server/sandbox-users.ts'
import { becoming, Terminal } from '../environment-server/terminal.ts'
import { giveAway } from '../environment-server/unprivileged-user.ts'

const isRoot = process.getuid?.() === 0

/** An ordinary user of a machine who follows the bundle's README in a clean folder; where the tests are root's, one made for it. */
export class Newcomer implements Disposable {
  readonly password = 'correct horse battery staple'
  readonly users = new SandboxUsers()
  readonly #folder = makeHome()
  readonly #home = join(this.#folder, 'postern-envsvr')
  readonly #passwordFile = `${this.#folder}.password`
  readonly #user: { uid: number; gid: number } | undefined

  constructor() {
    if (isRoot) execFileSync('useradd', ['--system', '--user-group', '--no-create-home', this.users.service])
    this.#user = isRoot ? this.users.user : undefined
  }

  async download(hub: HubTarget, environment: Environment, serverName: string): Promise<void> {
    const { bytes } = await sendToHub(hub, paths.environmentDownloads(environment.id), {
      json: { kind: 'bundle', serverName, withoutRuntime: true },
    })
    await unzip(bytes, this.#folder)
    // In the place of the runtime, which is 120 MB to pack and unpack.
    mkdirSync(join(this.#home, 'runtime'))
    symlinkSync(process.execPath, join(this.#home, 'runtime', 'node'))
    giveAway(this.#home, this.#user)
  }

  /** A program of the bundle by its name, typed at the user's terminal. */
  open(program: string): Terminal {
    return new Terminal(join(this.#home, program), this.#user)
  }

  /** What `./configure.sh` with these options says. */
  configure(...options: string[]): string {
    const [program = '', ...words] = [...becoming(this.#user), './configure.sh', ...options]
    return execFileSync(program, words, { cwd: this.#home, encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } })
  }

  /** What root does, as the README has it under users for apps. @returns what setup-sandbox.sh says */
  setUpSandbox(): string {
    return this.users.setUp(this.#home)
  }

  /** What root does, as the README has it under a service without a person at each start. */
  makeService(): InitService {
    writeFileSync(this.#passwordFile, `${this.password}\n`, { mode: 0o600 })
    return new InitService(this.#home, {
      home: this.#home,
      user: this.users.service,
      passwordFile: this.#passwordFile,
    })
  }

  [Symbol.dispose](): void {
    if (isRoot) this.users[Symbol.dispose]()
    for (const path of [this.#folder, this.#passwordFile]) rmSync(path, { recursive: true, force: true })
  }
}
