import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { waitFor } from './wait-for.ts'

const interruptKey = '\u0003'
const endDeadlineMs = 10_000

/** Words before a command that make root another user, with that user's groups. */
export function becoming(user: { uid: number; gid: number } | undefined): string[] {
  return user === undefined ? [] : ['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups', '--']
}

/** A program on a terminal of its own, which util-linux's script gives it, and the person who sits there. */
export class Terminal {
  shown = ''
  readonly #child: ChildProcess
  readonly #closed: Promise<unknown>
  #answeredUpTo = 0

  /** @param command words for a shell @param user whom root starts it as */
  constructor(command: string, user?: { uid: number; gid: number }) {
    // Without a shell between them, whose exit code would be that of a shell that Ctrl-C ended.
    const [program = '', ...words] = [...becoming(user), 'script', '-qfec', `exec ${command}`, '/dev/null']
    this.#child = spawn(program, words, {
      stdio: ['pipe', 'pipe', 'inherit'],
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', TERM: 'xterm' },
    })
    this.#closed = once(this.#child, 'close')
    this.#child.stdout?.on('data', (part: Buffer) => (this.shown += part.toString()))
  }

  /** Waits until something new is shown. */
  async sees(text: string): Promise<void> {
    await waitFor(
      () => this.shown.includes(text, this.#answeredUpTo),
      `"${text}" on the terminal`,
      () => this.shown,
    )
    this.#answeredUpTo = this.shown.indexOf(text, this.#answeredUpTo) + text.length
  }

  async answers(...said: readonly (readonly [question: string, answer: string])[]): Promise<void> {
    for (const [question, answer] of said) {
      await this.sees(question)
      this.#child.stdin?.write(`${answer}\r`)
    }
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.#child.stdin?.write(interruptKey)
  }

  /** Waits for the program's end and gives its exit code. */
  async end(): Promise<number | null> {
    await this.#closed
    return this.#child.exitCode
  }

  /** Ends it where it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    const late = setTimeout(() => this.#child.kill('SIGKILL'), endDeadlineMs)
    if (this.#child.exitCode === null) this.interrupt()
    await this.#closed
    clearTimeout(late)
  }
}
