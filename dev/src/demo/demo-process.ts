import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { compileCache } from '../compile-cache.ts'
import { patienceMs, waitFor } from '../environment-server/wait-for.ts'
import { isRunning, processTree, type SeenProcess } from './process-tree.ts'

export type DemoOptions = {
  checkout: string
  dataFolder: string
  args?: readonly string[]
  /** Whom root runs it as. */
  user?: { uid: number; gid: number } | undefined
}

/** Short enough for an app's run, and long beside a look, which reads of every process of the machine. */
const lookMs = 300
/** A new cluster, a hub, apps that are built, an environment server and two runs, one after the other. */
const runPatienceMs = 4 * patienceMs

/** `script/demo` after its set-up: the demo as a process, with nothing of our environment but PATH, and a cache of what Node compiles. */
export class DemoProcess implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #seen = new Map<number, SeenProcess>()
  readonly #looking: NodeJS.Timeout
  /** It has ended, and all that it said has been read: the one comes before the other. */
  #hasEnded = false
  #output = ''
  #errors = ''

  constructor({ checkout, dataFolder, args = [], user }: DemoOptions) {
    this.#child = spawn(process.execPath, [join(checkout, 'dev/src/demo/main.ts'), ...args], {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', POSTERN_DATA_DIR: dataFolder, ...compileCache(user) },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...user,
    })
    // Both are pipes by the options above.
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#output += text))
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text))
    this.#looking = setInterval(() => this.#look(), lookMs)
    this.#child.once('exit', () => clearInterval(this.#looking))
    this.#child.once('close', () => (this.#hasEnded = true))
  }

  get lines(): string[] {
    return this.#output.split('\n')
  }

  get errors(): string {
    return this.#errors
  }

  /** Every process of the demo that was seen since it began to work, with every user that it was seen as. */
  get seen(): SeenProcess[] {
    return [...this.#seen.values()]
  }

  /** Waits for a line that holds `text` and gives it. */
  async says(text: string): Promise<string> {
    return await waitFor(
      () => {
        const line = this.lines.find((each) => each.includes(text))
        if (line === undefined && this.#hasEnded)
          throw new Error(`the demo ended without saying “${text}”:\n${this.#all}`)
        return line
      },
      `the demo to say “${text}”`,
      () => this.#all,
      runPatienceMs,
    )
  }

  /** Waits for its end. @returns its exit code */
  async ended(): Promise<number | null> {
    await waitFor(
      () => this.#hasEnded,
      'the demo to end',
      () => this.#all,
      runPatienceMs,
    )
    return this.#child.exitCode
  }

  /** Ctrl-C, and its end with all that it started. @returns its exit code */
  async interrupt(): Promise<number | null> {
    this.#child.kill('SIGINT')
    const exitCode = await this.ended()
    await this.leavesNothing()
    return exitCode
  }

  /** What the kernel was told to end with its parent ends a moment after it. */
  async leavesNothing(): Promise<void> {
    const left = () => this.seen.filter(({ pid }) => isRunning(pid))
    await waitFor(
      () => left().length === 0,
      'all that the demo started to end',
      () => JSON.stringify(left()),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#looking)
    if (this.#hasEnded) return
    const ended = once(this.#child, 'close')
    this.#child.kill('SIGTERM')
    await ended
  }

  get #all(): string {
    return `${this.#output}\n${this.#errors}`
  }

  #look(): void {
    if (this.#child.pid === undefined || !this.#output.includes('·')) return
    for (const process of processTree(this.#child.pid)) {
      const before = this.#seen.get(process.pid)
      // One that has ended and waits to be noticed has no arguments any more.
      const command = process.command === '' ? (before?.command ?? '') : process.command
      this.#seen.set(process.pid, {
        ...process,
        command,
        uids: [...new Set([...(before?.uids ?? []), ...process.uids])],
      })
    }
  }
}
