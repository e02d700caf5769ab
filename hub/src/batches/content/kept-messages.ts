import { giveBack } from './own-memory.ts'
import { type ReadMessage, transferable } from './prepared-batch.ts'

/** What is read of a content, kept as it comes, so that a batch that must be written a second time can go through it again. */
export class KeptMessages implements AsyncIterable<ReadMessage> {
  readonly #kept: ReadMessage[] = []
  readonly #rest: AsyncIterator<ReadMessage>

  constructor(rest: AsyncIterator<ReadMessage>) {
    this.#rest = rest
  }

  /** From the first; whoever stops early leaves the rest to the next. */
  async *[Symbol.asyncIterator](): AsyncGenerator<ReadMessage, void, undefined> {
    yield* this.#kept
    for (let next = await this.#rest.next(); next.done !== true; next = await this.#rest.next()) {
      this.#kept.push(next.value)
      yield next.value
    }
  }

  /** Once all of it was written, and no connection holds any of it to send. */
  giveBack(): void {
    giveBack(this.#kept.splice(0).flatMap(transferable))
  }
}
