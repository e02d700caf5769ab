import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch } from '@postern/protocol'

const valueCharactersMax = 65_536
/** What the platform reads as: take the name away. */
const forgotten = 'null'

/**
 * Values kept from run to run (FD-10). They come in as hidden parameters and go out through `results.tc`, which the
 * platform reads only when the run succeeded; so a failed run begins again where the last good one ended.
 */
export class State {
  readonly #names: readonly string[]
  readonly #values = new Map<string, string>()
  readonly #changed = new Map<string, string | null>()

  constructor(names: readonly string[], raw: Readonly<Record<string, unknown>>) {
    this.#names = names
    for (const name of names) {
      const value = raw[name]
      if (typeof value === 'string' && value !== '') this.#values.set(name, value)
    }
  }

  /** What the last successful run left, or nothing. */
  get(name: string): string | undefined {
    this.#assertKnown(name)
    return this.#values.get(name)
  }

  /** Keeps a value for the next run; `null` forgets it. One line, at most 65,536 characters. */
  set(name: string, value: string | null): void {
    this.#assertKnown(name)
    if (value !== null && value.length > valueCharactersMax)
      throw new Error(`state ${name} has more than ${valueCharactersMax} characters`)
    if (value !== null && /[\r\n]/.test(value)) throw new Error(`state ${name} must be one line`)
    if (value === forgotten)
      throw new Error(`state ${name} cannot be the word ${forgotten}: the platform would take it away`)
    if (value === null) this.#values.delete(name)
    else this.#values.set(name, value)
    this.#changed.set(name, value)
  }

  /** Writes what changed; called once, after success. */
  write(outPath: string): void {
    if (this.#changed.size === 0) return
    const lines = [...this.#changed].map(([name, value]) => `${name} = ${value ?? forgotten}\n`)
    writeFileSync(join(outPath, launch.resultsFile), lines.join(''))
  }

  #assertKnown(name: string): void {
    if (!this.#names.includes(name)) throw new Error(`state ${name} is not declared; add it to the app's state: [...]`)
  }
}
