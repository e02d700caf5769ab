import { type ExecutionDetail, LogPage, paths } from '@postern/protocol'
import { callHub, type HubTarget } from '../hub-api.ts'

export type LogLines = LogPage['data']

const pollMs = 100
/** A server that was cut off right after its app ended brings the lines later still; nobody stands at a shell for so long. */
const lateLinesMsMax = 15_000

/** Reads the log of one execution as it comes, and knows when it is whole. */
export class LogFollower {
  readonly #target: HubTarget
  readonly #executionId: string
  readonly #onLines: (lines: LogLines) => void
  #cursor: string | null = null
  #last = { attempt: 0, seq: 0 }

  constructor(target: HubTarget, executionId: string, onLines: (lines: LogLines) => void) {
    this.#target = target
    this.#executionId = executionId
    this.#onLines = onLines
  }

  /** All that is there by now. */
  async readOn(): Promise<void> {
    for (;;) {
      const query = this.#cursor === null ? '' : `?after=${encodeURIComponent(this.#cursor)}`
      const page = await callHub(this.#target, `${paths.executionLog(this.#executionId)}${query}`, LogPage)
      const last = page.data.at(-1)
      if (last === undefined) return
      this.#last = last
      this.#onLines(page.data)
      if (page.cursor === null) return
      this.#cursor = page.cursor
    }
  }

  /** The rest of an ended execution's log: its last lines may come after the result, which says how many there are. */
  async readToEnd(attempts: ExecutionDetail['attempts']): Promise<void> {
    const end = Date.now() + lateLinesMsMax
    while (!this.#isWhole(attempts) && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, pollMs))
      await this.readOn()
    }
  }

  #isWhole(attempts: ExecutionDetail['attempts']): boolean {
    const { attempt, seq } = this.#last
    const wrote = attempts.findLast(({ logSeqLast }) => (logSeqLast ?? 0) > 0)
    if (wrote === undefined || attempt > wrote.number) return true
    return attempt === wrote.number && seq >= (wrote.logSeqLast ?? 0)
  }
}
