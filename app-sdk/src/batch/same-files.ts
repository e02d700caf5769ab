/** Hashes that some item names together, as a union-find over their texts. */
export class SameFiles {
  readonly #parent = new Map<string, string>()

  /** Says that these hashes are of one file. Beyond the bound nothing more is learnt; such items are sent one by one. */
  join(hashes: readonly string[]): void {
    if (hashes.length < 2 || this.#parent.size > hashesMax) return
    const [first = ''] = hashes
    for (const hash of hashes) this.#parent.set(this.#root(hash), this.#root(first))
  }

  /** The same text for all hashes of one file. */
  keyOf(hash: string): string {
    return this.#root(hash)
  }

  #root(hash: string): string {
    const parent = this.#parent.get(hash)
    if (parent === undefined) {
      return hash
    }
    if (parent === hash) return hash
    const root = this.#root(parent)
    this.#parent.set(hash, root)
    return root
  }
}

/** About 100 MB of hashes. */
const hashesMax = 500_000
