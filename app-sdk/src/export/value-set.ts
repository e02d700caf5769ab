import { createHash } from 'node:crypto'
import { SortedSpill } from '../spill/sorted-spill.ts'
import type { Value } from './control.ts'
import { keyOf } from './values-stream.ts'

/** A set of values on disk, in order of their UTF-8 bytes, each once. */
export class ValueSet {
  readonly #spill: SortedSpill
  #count = 0
  #digest = ''

  private constructor(spill: SortedSpill) {
    this.#spill = spill
  }

  /** Spills values in any order. @throws Error for a value that could be taken for syntax (S6). */
  static async of(values: AsyncIterable<Value> | Iterable<Value>, tempPath: string): Promise<ValueSet> {
    const set = new ValueSet(new SortedSpill(tempPath))
    for await (const value of values) {
      const key = keyOf(value)
      if (isSyntax(value)) throw new Error(`a value of type ${JSON.stringify(value[0])} holds control characters`)
      await set.#spill.add(key)
    }
    await set.#seal()
    return set
  }

  get count(): number {
    return this.#count
  }

  /** SHA-256 over the lines `type TAB value LF`, sorted by bytes. */
  get digest(): string {
    return this.#digest
  }

  async *values(): AsyncGenerator<Value> {
    for await (const key of this.#keys()) {
      const tab = key.indexOf('\t')
      yield [key.slice(0, tab), key.slice(tab + 1)]
    }
  }

  dispose(): Promise<void> {
    return this.#spill.dispose()
  }

  async #seal(): Promise<void> {
    const digest = createHash('sha256')
    for await (const key of this.#keys()) {
      digest.update(`${key}\n`)
      this.#count += 1
    }
    this.#digest = digest.digest('hex')
  }

  async *#keys(): AsyncGenerator<string> {
    let last: string | undefined
    for await (const [key] of this.#spill.rows()) {
      if (key !== last) yield key
      last = key
    }
  }
}

function isSyntax([type, value]: Value): boolean {
  return /\p{Cc}/u.test(type) || /\p{Cc}/u.test(value)
}
