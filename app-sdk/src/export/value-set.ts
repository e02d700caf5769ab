import { createHash } from 'node:crypto'
import { SortedSpill } from '../spill/sorted-spill.ts'
import type { Value } from './control.ts'
import { keyOf, valueOf } from './value-key.ts'

/** A set of values on disk, in order of their UTF-8 bytes, each once. */
export class ValueSet {
  readonly #spill: SortedSpill
  #count = 0
  #digest = ''

  private constructor(tempPath: string) {
    this.#spill = new SortedSpill(tempPath)
  }

  /** Spills values in any order. @throws Error for a value that could be taken for syntax (S6). */
  static async of(values: AsyncIterable<Value> | Iterable<Value>, tempPath: string): Promise<ValueSet> {
    const set = new ValueSet(tempPath)
    for await (const value of values) {
      const full = set.#add(keyOf(value))
      if (full !== undefined) await full
    }
    return await set.#sealed()
  }

  /** The same for values that come in blocks, by their keys. */
  static async ofKeys(blocks: AsyncIterable<readonly string[]>, tempPath: string): Promise<ValueSet> {
    const set = new ValueSet(tempPath)
    for await (const block of blocks) {
      for (const key of block) {
        const full = set.#add(key)
        if (full !== undefined) await full
      }
    }
    return await set.#sealed()
  }

  get count(): number {
    return this.#count
  }

  /** SHA-256 over the lines `type TAB value LF`, sorted by bytes. */
  get digest(): string {
    return this.#digest
  }

  /** Keys in order, many at a time. */
  async *keys(): AsyncGenerator<readonly string[]> {
    let last: string | undefined
    for await (const block of this.#spill.blocks()) {
      const keys: string[] = []
      for (const [key] of block) {
        if (key !== last) keys.push(key)
        last = key
      }
      yield keys
    }
  }

  /** Values in order, many at a time. */
  async *values(): AsyncGenerator<readonly Value[]> {
    for await (const keys of this.keys()) yield keys.map(valueOf)
  }

  dispose(): Promise<void> {
    return this.#spill.dispose()
  }

  #add(key: string): Promise<void> | undefined {
    if (syntax.test(key)) throw new Error(`a value of type ${JSON.stringify(valueOf(key)[0])} holds control characters`)
    return this.#spill.add(key)
  }

  async #sealed(): Promise<this> {
    const digest = createHash('sha256')
    for await (const keys of this.keys()) {
      if (keys.length > 0) digest.update(`${keys.join('\n')}\n`)
      this.#count += keys.length
    }
    this.#digest = digest.digest('hex')
    return this
  }
}

/** A control character other than the first tab, which is the key's own. */
const syntax = /^[^\t]*[^\P{Cc}\t]|\t.*\p{Cc}/u
