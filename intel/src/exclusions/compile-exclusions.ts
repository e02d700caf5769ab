import { randomBytes } from 'node:crypto'
import type { CompiledExclusions, JudgingList } from './compiled-exclusions.ts'
import { readExclusionEntry } from './exclusion-rule.ts'
import { GrowingNumbers } from './growing-numbers.ts'
import type { IpNetwork } from './ip-network.ts'
import { makeKeyTable } from './key-table.ts'
import { makeRangeTable, type RangeTable } from './range-table.ts'
import { domainHash, hashOf } from './text-hash.ts'

type Ranges = { from: GrowingNumbers; to: GrowingNumbers; entries: GrowingNumbers }

/**
 * Brings lists into the form that is searched, entry by entry, at about 40 bytes an entry and its text. Use: for each list
 * `addList`, then its entries in their order by `addEntry`; at the end `finish`.
 */
export class ExclusionsCompiler {
  readonly #seed = randomBytes(4).readUInt32LE()
  readonly #lists: JudgingList[] = []
  readonly #listEnds = new GrowingNumbers()
  readonly #textEnds = new GrowingNumbers()
  readonly #hashes = new GrowingNumbers()
  readonly #keyEntries = new GrowingNumbers()
  readonly #patterns = new GrowingNumbers()
  readonly #ranges: { list: number; table: RangeTable }[] = []
  readonly #encoder = new TextEncoder()
  #texts = new Uint8Array(64 * 1024)
  #textLength = 0
  #v4 = noRanges()
  #v6 = noRanges()

  addList(list: JudgingList): void {
    this.#endList()
    this.#lists.push(list)
  }

  /** An entry that cannot be read takes its number and hits nothing: it was refused where it was written. */
  addEntry(entry: string): void {
    const list = this.#lists.at(-1)
    if (list === undefined) throw new Error('an entry came before its list')
    const number = this.#textEnds.length
    this.#addText(entry)
    const read = readExclusionEntry(list.matching, entry, list.types)
    if (!read.ok) return
    const { rule } = read
    switch (rule.kind) {
      case 'exact':
        for (const text of rule.texts) this.#addKey(hashOf(text, this.#seed), number)
        break
      case 'domain':
        this.#addKey(domainHash(hashOf(rule.host, this.#seed)), number)
        break
      case 'network':
        this.#addNetwork(rule.network, number)
        break
      default:
        this.#patterns.push(number)
    }
  }

  finish(): CompiledExclusions {
    this.#endList()
    const texts = new Uint8Array(new SharedArrayBuffer(this.#textLength))
    texts.set(this.#texts.subarray(0, this.#textLength))
    const compiled = {
      lists: this.#lists,
      texts,
      textEnds: this.#textEnds.finish(),
      listEnds: this.#listEnds.finish(),
      seed: this.#seed,
      keys: makeKeyTable(this.#hashes.finish(), this.#keyEntries.finish()),
      ranges: this.#ranges,
      patterns: this.#patterns.finish(),
    }
    return { ...compiled, bytes: bytesOf(compiled) }
  }

  #addText(text: string): void {
    const room = text.length * 3
    if (this.#textLength + room > this.#texts.length) {
      const larger = new Uint8Array(Math.max(this.#texts.length * 2, this.#textLength + room))
      larger.set(this.#texts)
      this.#texts = larger
    }
    this.#textLength += this.#encoder.encodeInto(text, this.#texts.subarray(this.#textLength)).written
    this.#textEnds.push(this.#textLength)
  }

  #addKey(hash: number, entry: number): void {
    this.#hashes.push(hash)
    this.#keyEntries.push(entry)
  }

  #addNetwork({ v4, v6 }: IpNetwork, entry: number): void {
    if (v4 !== undefined) {
      this.#v4.from.push(v4.from)
      this.#v4.to.push(v4.to)
      this.#v4.entries.push(entry)
    }
    if (v6 !== undefined) {
      for (const word of v6.from) this.#v6.from.push(word)
      for (const word of v6.to) this.#v6.to.push(word)
      this.#v6.entries.push(entry)
    }
  }

  #endList(): void {
    if (this.#lists.length === 0) return
    this.#listEnds.push(this.#textEnds.length)
    const list = this.#lists.length - 1
    for (const [words, ranges] of [[1, this.#v4] as const, [4, this.#v6] as const]) {
      if (ranges.entries.length === 0) continue
      const [from, to, entries] = [ranges.from.finish(), ranges.to.finish(), ranges.entries.finish()]
      this.#ranges.push({ list, table: makeRangeTable(words, from, to, entries) })
    }
    this.#v4 = noRanges()
    this.#v6 = noRanges()
  }
}

function noRanges(): Ranges {
  return { from: new GrowingNumbers(), to: new GrowingNumbers(), entries: new GrowingNumbers() }
}

function bytesOf({ texts, textEnds, listEnds, keys, ranges, patterns }: Omit<CompiledExclusions, 'bytes'>): number {
  const tables = ranges.flatMap(({ table }) => [table.from, table.to, table.entries])
  const all = [texts, textEnds, listEnds, keys.slots, keys.hashes, keys.entries, patterns, ...tables]
  return all.reduce((sum, { byteLength }) => sum + byteLength, 0)
}
