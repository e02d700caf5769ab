import { protocolVersion, type Telemetry } from '@postern/protocol'
import { errorText, type ServerLog } from '../log/server-log.ts'
import { MachineMeter } from './machine-figures.ts'

export type TelemetryParts = {
  /** The server's folder: the room on its disk counts. */
  folder: string
  /** `relaySystemInfoPublishSeconds`, asked each time, since the hub may set it. */
  publishSeconds: () => number
  work: () => Pick<Telemetry, 'executors' | 'running' | 'queued' | 'queueWaitSeconds'>
  /** `messages`: all since the start. */
  link: () => Pick<Telemetry, 'roundTripMs' | 'messages'>
  /** This machine's clock less the hub's is the negative of it; undefined before it is known. */
  clockOffsetMs: () => number | undefined
  /** @returns whether it went out; nothing is kept for later */
  send: (telemetry: Telemetry) => boolean
  log: ServerLog
}

/** The first goes out soon after the connection, so that a page that waits for it is not empty for long. */
const firstMs = 2000

/** Says how this server is, again and again (ES-14, D32). What does not go out is not made up for: its counts go with the next. */
export class TelemetrySender {
  readonly #parts: TelemetryParts
  readonly #meter: MachineMeter
  #countedMs = performance.now()
  #messagesBefore = 0
  #timer: NodeJS.Timeout | undefined

  constructor(parts: TelemetryParts) {
    this.#parts = parts
    this.#meter = new MachineMeter(parts.folder)
  }

  start(): void {
    this.#schedule(Math.min(firstMs, this.#parts.publishSeconds() * 1000))
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  /** A disk that does not answer must not end the server: the next turn tries again. */
  sayNow(): void {
    try {
      const { link, send } = this.#parts
      const { messages } = link()
      const now = performance.now()
      if (!send(this.#measure(messages, now))) return
      this.#messagesBefore = messages
      this.#countedMs = now
    } catch (error) {
      this.#parts.log('debug', `Telemetry could not be gathered: ${errorText(error)}`)
    }
  }

  #measure(messages: number, now: number): Telemetry {
    const { work, link, clockOffsetMs } = this.#parts
    const offsetMs = clockOffsetMs()
    return {
      kind: 'telemetry',
      protocolVersion,
      sentAt: new Date().toISOString(),
      periodSeconds: Math.round((now - this.#countedMs) / 100) / 10,
      clockOffsetSeconds: offsetMs === undefined ? null : Math.round(offsetMs / 100) / 10,
      ...this.#meter.measure(),
      ...work(),
      roundTripMs: link().roundTripMs,
      messages: messages - this.#messagesBefore,
    }
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(() => {
      this.sayNow()
      this.#schedule(this.#parts.publishSeconds() * 1000)
    }, ms)
    this.#timer.unref()
  }
}
