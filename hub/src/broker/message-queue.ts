import type { ServerMessage } from './broker.ts'

/** Servers whose messages are handled at the same time: what comes at once is recorded at one stroke. */
const atOnceMax = 512
/** Messages that wait, of all servers together; what comes beyond them is dropped, since heartbeats come again. */
const waitingMax = 10_000

/** Handles what one server says in the order it was said, and several servers side by side. */
export class MessageQueue {
  readonly #handle: (serverXid: string, message: ServerMessage) => Promise<void>
  /** Of servers with messages to handle, the ones being handled included. */
  readonly #waiting = new Map<string, ServerMessage[]>()
  readonly #ready: string[] = []
  #waitingCount = 0
  #active = 0

  /** @param handle must not reject */
  constructor(handle: (serverXid: string, message: ServerMessage) => Promise<void>) {
    this.#handle = handle
  }

  /** @returns false when the message was dropped */
  add(serverXid: string, message: ServerMessage): boolean {
    if (this.#waitingCount >= waitingMax) return false
    this.#waitingCount += 1
    const before = this.#waiting.get(serverXid)
    if (before === undefined) {
      this.#waiting.set(serverXid, [message])
      this.#ready.push(serverXid)
    } else before.push(message)
    this.#next()
    return true
  }

  #next(): void {
    while (this.#active < atOnceMax) {
      const serverXid = this.#ready.shift()
      if (serverXid === undefined) return
      this.#active += 1
      void this.#handleOne(serverXid)
    }
  }

  async #handleOne(serverXid: string): Promise<void> {
    const messages = this.#waiting.get(serverXid)
    const message = messages?.shift()
    if (message !== undefined) {
      this.#waitingCount -= 1
      await this.#handle(serverXid, message)
    }
    // Back to the end of the line, so that a talkative server does not keep the others waiting.
    if (messages !== undefined && messages.length > 0) this.#ready.push(serverXid)
    else this.#waiting.delete(serverXid)
    this.#active -= 1
    this.#next()
  }
}
