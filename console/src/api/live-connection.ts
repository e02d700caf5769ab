import { LiveChange, type LiveRequest } from '@postern/protocol'
import * as z from 'zod/mini'
import { paths } from './paths.ts'
import { reconnectDelayMs } from './reconnect-delay.ts'

/** Silence of the hub after which the connection counts as lost, in milliseconds; it sends something every ten seconds (LiveBeat). */
export const silenceMsMax = 25_000

/** `idle`: nothing is subscribed. `lost`: was open, or could not be opened; comes back by itself. */
export type LiveState = 'idle' | 'connecting' | 'open' | 'lost'

/**
 * Tells which things changed, over one WebSocket to the hub that served this page (D18). It carries ids only (D15), so whoever
 * listens fetches again. After a cut it comes back by itself; what changed in between is unknown, so `onState('open')` means
 * *fetch everything again*. Subscriptions are counted: two parts of a page may ask for the same thing.
 */
export class LiveConnection {
  readonly #wanted = new Map<string, { request: LiveRequest; count: number }>()
  readonly #changeListeners = new Set<(change: LiveChange) => void>()
  readonly #stateListeners = new Set<() => void>()
  #socket: WebSocket | undefined
  #retry: ReturnType<typeof setTimeout> | undefined
  #silence: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  #state: LiveState = 'idle'
  readonly #port: number | undefined

  /** @param port another one of the same host; absent: that of the page */
  constructor(port?: number) {
    this.#port = port
  }

  get state(): LiveState {
    return this.#state
  }

  /** Subscribes until the returned function is called. The first subscription connects, the last one's end disconnects. */
  subscribe(request: LiveRequest): () => void {
    const key = JSON.stringify([request.subscribe, request.id])
    const wanted = this.#wanted.get(key) ?? { request, count: 0 }
    wanted.count += 1
    this.#wanted.set(key, wanted)
    if (wanted.count === 1 && this.#state === 'open') this.#socket?.send(JSON.stringify(request))
    if (!this.#socket && !this.#retry) this.#connect()
    return () => {
      wanted.count -= 1
      if (wanted.count === 0) this.#wanted.delete(key)
      if (this.#wanted.size === 0) this.#disconnect()
    }
  }

  onChange(listener: (change: LiveChange) => void): () => void {
    this.#changeListeners.add(listener)
    return () => this.#changeListeners.delete(listener)
  }

  onState(listener: () => void): () => void {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }

  #connect(): void {
    this.#retry = undefined
    const address = new URL(paths.live, globalThis.location.href)
    if (this.#port !== undefined) address.port = String(this.#port)
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(address)
    this.#socket = socket
    if (this.#state === 'idle') this.#become('connecting')
    // A hub that stands still accepts connections too, by its kernel: the deadline holds from the first attempt on.
    this.#expectMessage(socket)
    socket.addEventListener('open', () => {
      if (this.#socket !== socket) return
      this.#failures = 0
      this.#expectMessage(socket)
      for (const { request } of this.#wanted.values()) socket.send(JSON.stringify(request))
      this.#become('open')
    })
    socket.addEventListener('message', (event) => {
      if (this.#socket !== socket) return
      this.#expectMessage(socket)
      this.#receive(event.data)
    })
    socket.addEventListener('close', () => this.#lose(socket))
  }

  /** From now on the hub has `silenceMsMax` to say something. */
  #expectMessage(socket: WebSocket): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => {
      // Who does not answer does not say goodbye either: `close` would come only after the browser's own long wait.
      this.#lose(socket)
      socket.close()
    }, silenceMsMax)
  }

  #lose(socket: WebSocket): void {
    if (this.#socket !== socket) return
    clearTimeout(this.#silence)
    this.#socket = undefined
    this.#become('lost')
    this.#retry = setTimeout(() => this.#connect(), reconnectDelayMs(this.#failures, Math.random()))
    this.#failures += 1
  }

  #disconnect(): void {
    clearTimeout(this.#retry)
    clearTimeout(this.#silence)
    this.#retry = undefined
    const socket = this.#socket
    this.#socket = undefined
    socket?.close()
    this.#failures = 0
    this.#become('idle')
  }

  #receive(data: unknown): void {
    if (typeof data !== 'string') return
    const change = z.safeParse(LiveChange, parseJson(data))
    // A beat says nothing more than that it came; of what a newer hub may tell besides this console knows nothing.
    if (!change.success) return
    for (const listener of this.#changeListeners) listener(change.data)
  }

  #become(state: LiveState): void {
    if (this.#state === state) return
    this.#state = state
    for (const listener of this.#stateListeners) listener()
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
