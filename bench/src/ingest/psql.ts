import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'

/** A psql that stays connected and runs one script after the other; its first error ends it. */
export class Psql implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #ended: Promise<never>
  #said = ''

  private constructor(url: string) {
    this.#process = spawn('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', url], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#process.stderr?.on('data', (text: Buffer) => (this.#said += text.toString()))
    this.#ended = new Promise((_, reject) => {
      this.#process.once('error', (error) =>
        reject(new Error('psql could not be started; its package is postgresql-client', { cause: error })),
      )
      this.#process.once('exit', (code) => reject(new Error(`psql ended with ${code}: ${this.#said}`)))
    })
    this.#ended.catch(() => {})
  }

  static async connect(url: string): Promise<Psql> {
    const psql = new Psql(url)
    await psql.run('')
    return psql
  }

  /** Runs a script and waits for its end. */
  async run(script: string): Promise<void> {
    const end = randomUUID()
    const finished = new Promise<void>((resolve) => {
      let output = ''
      const read = (text: Buffer) => {
        output = (output + text.toString()).slice(-end.length * 2)
        if (!output.includes(end)) return
        this.#process.stdout?.off('data', read)
        resolve()
      }
      this.#process.stdout?.on('data', read)
    })
    this.#process.stdin?.write(`${script}\n\\echo ${end}\n`)
    await Promise.race([finished, this.#ended])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.stdin?.end('\\q\n')
    await this.#ended.catch(() => {})
  }
}
