import { limits, LogPage } from '@postern/protocol'
import { api } from '../../api/api.ts'
import { paths } from '../../api/paths.ts'
import { LogLines, type LogRow } from './log-lines.ts'

/** What the reader has; a new object whenever anything changed, while `rows` stays the same growing array. */
export interface LogSnapshot {
  rows: readonly LogRow[]
  dropped: number
  /** `reading`: lines are on their way. `caught-up`: all that the hub had. `failed`: see `error`; what was read stays. */
  status: 'unread' | 'reading' | 'caught-up' | 'failed'
  error: unknown
}

type ReadPage = (after: string | undefined, signal: AbortSignal) => Promise<LogPage>

/** Reads a log from its beginning to its end, and on from there whenever it is told that more has come. */
export class LogReader {
  readonly #lines = new LogLines()
  readonly #listeners = new Set<() => void>()
  readonly #stop = new AbortController()
  readonly #readPage: ReadPage
  #cursor: string | undefined
  #isReading = false
  #moreCame = false
  #snapshot: LogSnapshot = { rows: this.#lines.rows, dropped: 0, status: 'unread', error: undefined }

  constructor(executionId: string, readPage: ReadPage = pageReader(executionId)) {
    this.#readPage = readPage
  }

  get snapshot(): LogSnapshot {
    return this.#snapshot
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Called when the log is shown for the first time, and after a failure. */
  start(): void {
    if (this.#snapshot.status !== 'unread' && this.#snapshot.status !== 'failed') return
    // Said at once, so that news of more lines count from here on.
    this.#tell('reading')
    void this.#readOn()
  }

  /** Called when more lines may have come. Before the log was ever shown there is nothing to keep up with. */
  readOnIfStarted(): void {
    if (this.#snapshot.status !== 'unread') void this.#readOn()
  }

  stop(): void {
    this.#stop.abort()
  }

  async #readOn(): Promise<void> {
    // One reading at a time: news during it only makes it go around once more.
    this.#moreCame = true
    if (this.#isReading || this.#stop.signal.aborted) return
    this.#isReading = true
    try {
      while (this.#moreCame) {
        this.#moreCame = false
        await this.#readPages()
      }
      this.#tell('caught-up')
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#tell('failed', error)
    } finally {
      this.#isReading = false
    }
  }

  async #readPages(): Promise<void> {
    for (;;) {
      const page = await this.#readPage(this.#cursor, this.#stop.signal)
      this.#cursor = page.cursor ?? this.#cursor
      this.#lines.add(page.data)
      if (page.data.length < limits.pageRowsMax) return
      this.#tell('reading')
    }
  }

  #tell(status: LogSnapshot['status'], error?: unknown): void {
    this.#snapshot = { rows: this.#lines.rows, dropped: this.#lines.dropped, status, error }
    for (const listener of this.#listeners) listener()
  }
}

function pageReader(executionId: string): ReadPage {
  const path = paths.executionLog(executionId)
  return (after, signal) => api(path, { query: { after, limit: limits.pageRowsMax }, reply: LogPage, signal })
}
