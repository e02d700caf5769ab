import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileCache } from '../compile-cache.ts'
import { builtServerFile } from './built-server-file.ts'
import { masterPassword, placePreparedKeychain } from './prepared-keychain.ts'
import { becoming } from './terminal.ts'
import { giveAway, unprivilegedUser } from './unprivileged-user.ts'
import { waitFor } from './wait-for.ts'

const mainFile = fileURLToPath(new URL('../../../environment-server/src/main.ts', import.meta.url))

export type ProcessOptions = {
  /** The file to run: one that is built once for all tests unless another is to be tried. */
  serverFile?: string
  arguments?: string[]
  /** A command that becomes the server, from its source: to run it on a machine that is made poorer, or to measure it. */
  wrapper?: string[]
  environment?: Record<string, string>
  /** Whom it runs as where the tests run as root, with that user's groups; nobody unless this is given. */
  user?: { uid: number; gid: number } | undefined
}

/** A home folder that the server's user owns. /tmp itself is too closed for a dropped user only where it was made so. */
export function makeHome(below = '/tmp'): string {
  const home = mkdtempSync(join(below, 'postern-es-'))
  chmodSync(home, 0o755)
  return home
}

/** An environment server as it runs in production: a process of its own, not root, killed and started again at will. */
export class EnvironmentServerProcess {
  readonly home: string
  readonly output: string[] = []
  readonly #options: ProcessOptions
  #child: ChildProcess | undefined
  /** When it has ended and all that it said has been read: the one comes before the other. */
  #closed: Promise<unknown> | undefined

  constructor(home: string, options: ProcessOptions = {}) {
    this.home = home
    this.#options = options
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  get hasEnded(): boolean {
    return this.#child === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  get exitCode(): number | null {
    return this.#child?.exitCode ?? null
  }

  get text(): string {
    return this.output.join('')
  }

  start(): void {
    const passwordFile = join(this.home, 'password')
    if (!existsSync(passwordFile)) this.#prepare(passwordFile)
    const { user = unprivilegedUser() } = this.#options
    giveAway(this.home, user)
    const {
      wrapper = [],
      serverFile = wrapper.length > 0 ? mainFile : builtServerFile(),
      arguments: more = ['--password-file', passwordFile],
      environment,
    } = this.#options
    const [command = process.execPath, ...argv] = [
      ...wrapper,
      ...becoming(this.#options.user),
      process.execPath,
      serverFile,
      '--home',
      this.home,
      ...more,
    ]
    const child = spawn(command, argv, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '/usr/bin:/bin',
        ...(this.#options.user ? {} : compileCache(user)),
        ...environment,
      },
      cwd: '/',
      ...(this.#options.user ? {} : user),
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text: string) => this.output.push(text))
    }
    this.#child = child
    this.#closed = once(child, 'close')
  }

  /** Starts and waits until it is connected. */
  async startConnected(): Promise<void> {
    const before = this.text.length
    this.start()
    await waitFor(
      () => {
        if (this.hasEnded) throw new Error(`the environment server ended:\n${this.text}`)
        return this.text.slice(before).includes('Connected to ')
      },
      'the environment server to connect',
      () => this.text,
    )
  }

  #prepare(passwordFile: string): void {
    writeFileSync(passwordFile, `${masterPassword}\n`, { mode: 0o600 })
    const { arguments: others, serverFile, wrapper } = this.#options
    // What a test says of the start may be about the first start.
    if ((others ?? serverFile ?? wrapper) === undefined) placePreparedKeychain(this.home)
  }

  /** SIGKILL: the instant is the test's. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  /** Waits until it has ended and its last words are in `text`. */
  async waitForEnd(): Promise<number | null> {
    await this.#closed
    return this.exitCode
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name)
  }

  /** Ends it and removes its home. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    rmSync(this.home, { recursive: true, force: true })
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (!this.hasEnded) this.#child?.kill(signal)
    await this.#closed
  }
}
