import { once } from 'node:events'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'

type Waiting = { text: string; resolve: (line: string) => void; reject: (error: Error) => void }

const waitMsMax = 60_000

/** Lines of a process's standard output, awaited as they come. */
export class SpokenLines {
  readonly #child: ChildProcess
  readonly #waiting = new Set<Waiting>()
  readonly #all: string[] = []

  constructor(child: ChildProcess) {
    if (child.stdout === null) throw new Error('The process has no pipe to read from.')
    this.#child = child
    createInterface({ input: child.stdout }).on('line', (line) => this.#hear(line))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#all.push(text))
    child.once('exit', (code) => {
      for (const { reject, text } of this.#waiting)
        reject(new Error(`The process ended with ${code} before it said "${text}":\n${this.#all.join('\n')}`))
    })
  }

  /** Resolves at the next line that holds `text`; lines said before do not count. */
  next(text: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const waiting: Waiting = { text, resolve, reject }
    const timer = setTimeout(() => reject(new Error(`No "${text}":\n${this.#all.join('\n')}`)), waitMsMax)
    this.#waiting.add(waiting)
    return promise.finally(() => {
      clearTimeout(timer)
      this.#waiting.delete(waiting)
    })
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await ended
  }

  #hear(line: string): void {
    this.#all.push(line)
    for (const waiting of this.#waiting) if (line.includes(waiting.text)) waiting.resolve(line)
  }
}
