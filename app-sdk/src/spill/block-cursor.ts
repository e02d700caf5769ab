/** Walks items that come in blocks: it waits only between blocks, so that a million items cost no million waits. */
export class BlockCursor<Item> {
  readonly #blocks: AsyncGenerator<readonly Item[]>
  #block: readonly Item[] = []
  #index = 0

  private constructor(blocks: AsyncGenerator<readonly Item[]>) {
    this.#blocks = blocks
  }

  /** A cursor on the first item. */
  static async on<Item>(blocks: AsyncGenerator<readonly Item[]>): Promise<BlockCursor<Item>> {
    const cursor = new BlockCursor(blocks)
    await cursor.fill()
    return cursor
  }

  /** The item under the cursor; nothing behind the last. */
  get head(): Item | undefined {
    return this.#block[this.#index]
  }

  /** Goes on. True: the block is used up, and `fill` must be awaited before `head` is looked at. */
  advance(): boolean {
    this.#index += 1
    return this.#index >= this.#block.length
  }

  /** Takes the next block that holds anything. */
  async fill(): Promise<void> {
    this.#index = 0
    for (;;) {
      const next = await this.#blocks.next()
      this.#block = next.done === true ? [] : next.value
      if (next.done === true || next.value.length > 0) return
    }
  }
}

/** How many items are gathered before they are handed on together. */
export const blockItems = 1_000
