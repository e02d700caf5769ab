import pg from 'pg'
import type { Log } from '../lib/log.ts'

const reconnectMs = { first: 200, longest: 5_000 }

/** The channels of NOTIFY. Payloads are ids, never content (D15). */
export type Channel = 'postern_change' | 'postern_command'

type Listener = (payload: string) => void
type Connection = { ended: Promise<void> }

/**
 * LISTEN on one connection of its own, connected again when it breaks. It goes past a pooler, straight to PostgreSQL (D15).
 * What was notified while it was down is gone: whoever relies on it looks again when told of a gap.
 */
export class Notifications {
  readonly #url: string
  readonly #log: Log
  readonly #listeners = new Map<Channel, Set<Listener>>()
  readonly #gapListeners = new Set<() => void>()
  #client: pg.Client | undefined
  #stopped = false
  #running: Promise<void> | undefined
  #wake: () => void = () => {}

  constructor(directUrl: string, log: Log) {
    this.#url = directUrl
    this.#log = log
  }

  /** @returns what ends the listening */
  on(channel: Channel, listener: Listener): () => void {
    const listeners = this.#listeners.get(channel) ?? new Set()
    this.#listeners.set(channel, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  /** Hears of every moment after which notifications may have been missed. */
  onGap(listener: () => void): () => void {
    this.#gapListeners.add(listener)
    return () => this.#gapListeners.delete(listener)
  }

  /** Resolves once the channels are listened to. */
  async start(): Promise<void> {
    this.#running = this.#keepConnected(await this.#connect())
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#wake()
    await this.#client?.end().catch(() => {})
    await this.#running
  }

  async #keepConnected(first: Connection): Promise<void> {
    let connection: Connection | undefined = first
    let wait: number = reconnectMs.first
    for (;;) {
      await (connection?.ended ?? this.#pause(wait))
      if (this.#stopped) return
      try {
        connection = await this.#connect()
        wait = reconnectMs.first
        for (const listener of this.#gapListeners) listener()
      } catch (error) {
        connection = undefined
        wait = Math.min(wait * 2, reconnectMs.longest)
        this.#log.warn({ err: error, waitMs: wait }, 'the database does not let us listen; trying again')
      }
    }
  }

  async #connect(): Promise<Connection> {
    const client = new pg.Client({
      connectionString: this.#url,
      application_name: 'postern listener',
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    })
    const ended = Promise.withResolvers<void>()
    client.on('error', (error) => this.#log.warn({ err: error }, 'the listening connection to the database broke'))
    client.on('end', () => ended.resolve())
    client.on('notification', ({ channel, payload }) => this.#hear(channel as Channel, payload ?? ''))
    await client.connect()
    // Both names are constants of this file; LISTEN takes no parameters.
    await client.query('listen postern_change; listen postern_command')
    this.#client = client
    if (this.#stopped) await client.end()
    return { ended: ended.promise }
  }

  #hear(channel: Channel, payload: string): void {
    for (const listener of this.#listeners.get(channel) ?? []) listener(payload)
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, ms)
    this.#wake = () => {
      clearTimeout(timer)
      resolve()
    }
    return promise
  }
}
