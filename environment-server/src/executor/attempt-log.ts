import { certificateFault } from '@postern/intel/certificates'
import { type HeldAttempt, limits, type LogLine } from '@postern/protocol'
import type { LogSpool } from '../journal/log-spool.ts'
import type { Redactor } from '../redact/redactor.ts'
import { readLogLine } from './log-line-level.ts'

const flushMs = 500
const bufferedCharactersMax = 256 * 1024
/** The environment server's own lines in one attempt's log. */
const serverLinesMax = 1000

/**
 * The log of one attempt on its way to the spool: redacted, bounded, numbered. A number is given when the spool has taken the
 * line, so that numbers have no gaps; lines that were dropped are counted and the count becomes a line of its own.
 */
export class AttemptLog {
  readonly #attempt: HeldAttempt
  readonly #spool: LogSpool
  readonly #redact: Redactor
  readonly #onSpooled: () => void
  readonly #bytesMax: number
  #seq: number
  #bytes = 0
  #buffer: Omit<LogLine, 'seq'>[] = []
  #bufferedCharacters = 0
  #dropped = 0
  #droppedForLimit = 0
  #serverLines = 0
  #closed = false
  #sawCertificateProblem = false
  #timer: NodeJS.Timeout | undefined

  constructor(parts: {
    attempt: HeldAttempt
    spool: LogSpool
    redact: Redactor
    onSpooled: () => void
    bytesMax: number
    /** The last number already used, when the attempt's log goes on after a restart. */
    seqLast?: number
  }) {
    this.#attempt = parts.attempt
    this.#spool = parts.spool
    this.#redact = parts.redact
    this.#onSpooled = parts.onSpooled
    this.#bytesMax = parts.bytesMax
    this.#seq = parts.seqLast ?? 0
  }

  get seqLast(): number {
    return this.#seq
  }

  /** Whether the app said that it does not trust somebody's certificate. */
  get sawCertificateProblem(): boolean {
    return this.#sawCertificateProblem
  }

  /** A raw line of the app. */
  app(stream: 'stdout' | 'stderr' | 'app', line: string): void {
    // A flood costs no more than its counting: to look for secrets in lines that nobody will read would hold up the server.
    if (this.#bytes > this.#bytesMax) {
      this.#droppedForLimit += 1
      return
    }
    const { level, text } = readLogLine(line, stream === 'stderr' ? 'warn' : 'info')
    this.#sawCertificateProblem ||= certificateFault(text) !== undefined
    const redacted = shortened(this.#redact(text))
    this.#bytes += Buffer.byteLength(redacted) + 1
    if (this.#bytes > this.#bytesMax) this.#droppedForLimit += 1
    else this.#add({ at: new Date().toISOString(), stream, level, text: redacted })
  }

  /** The environment server's own word; it does not count against the app's bytes. */
  server(level: LogLine['level'], text: string): void {
    // Refused connections are the app's doing, and must not fill the hub's disk.
    if (++this.#serverLines > serverLinesMax) return
    this.#add({ at: new Date().toISOString(), stream: 'server', level, text: shortened(this.#redact(text)) })
  }

  /** Writes out what is buffered; after the app has ended, with the count of what the limit dropped. */
  close(): void {
    if (this.#droppedForLimit > 0) {
      this.#serverLines = 0
      this.server(
        'warn',
        `${this.#droppedForLimit} lines were dropped: the log of this execution is limited to ${this.#bytesMax} bytes.`,
      )
      this.#droppedForLimit = 0
    }
    this.#flush()
    this.#closed = true
  }

  #add(line: Omit<LogLine, 'seq'>): void {
    // What comes after the end has no number any more.
    if (this.#closed) return
    this.#buffer.push(line)
    this.#bufferedCharacters += line.text.length
    if (this.#buffer.length >= limits.logChunkLinesMax - 1 || this.#bufferedCharacters >= bufferedCharactersMax)
      return this.#flush()
    this.#timer ??= setTimeout(() => this.#flush(), flushMs)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const lines = this.#buffer
    this.#buffer = []
    this.#bufferedCharacters = 0
    if (this.#dropped > 0) lines.unshift(droppedLine(this.#dropped))
    if (lines.length === 0) return
    const numbered = lines.map((line, index) => ({ seq: this.#seq + 1 + index, ...line }))
    if (this.#spool.add(this.#attempt, numbered)) {
      this.#seq += numbered.length
      this.#dropped = 0
      this.#onSpooled()
    } else {
      this.#dropped += numbered.length - (this.#dropped > 0 ? 1 : 0)
    }
  }
}

function droppedLine(count: number): Omit<LogLine, 'seq'> {
  const text = `${count} lines were dropped here: the spool for logs that the hub has not fetched is full.`
  return { at: new Date().toISOString(), stream: 'server', level: 'warn', text }
}

function shortened(text: string): string {
  if (text.length <= limits.logLineCharactersMax) return text
  const mark = ' [cut]'
  // toWellFormed: the cut may fall between the two halves of a character.
  return text.slice(0, limits.logLineCharactersMax - mark.length).toWellFormed() + mark
}
