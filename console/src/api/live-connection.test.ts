import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LiveConnection, silenceMsMax } from './live-connection.ts'

/** Stands for the browser's WebSocket: what the hub does to it is said by the test. */
class HeldSocket extends EventTarget {
  static readonly all: HeldSocket[] = []
  readonly sent: string[] = []
  closed = false

  constructor() {
    super()
    HeldSocket.all.push(this)
  }

  send(text: string): void {
    this.sent.push(text)
  }

  /** As towards a hub that stands still: no `close` event follows. */
  close(): void {
    this.closed = true
  }

  opens(): void {
    this.dispatchEvent(new Event('open'))
  }

  hears(message: unknown): void {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }))
  }
}

beforeEach(() => {
  HeldSocket.all.length = 0
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', HeldSocket)
  vi.stubGlobal('location', { href: 'https://hub.example/jobs' })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function newest(): HeldSocket {
  const socket = HeldSocket.all.at(-1)
  if (!socket) throw new Error('nothing was connected')
  return socket
}

test('a connection over which the hub says something stays open', () => {
  const live = new LiveConnection()
  live.subscribe({ subscribe: 'jobs' })
  newest().opens()
  for (let beat = 0; beat < 10; beat++) {
    vi.advanceTimersByTime(silenceMsMax - 1)
    newest().hears({ alive: true })
  }
  expect(live.state).toBe('open')
  expect(HeldSocket.all).toHaveLength(1)
})

test('a silent hub counts as lost even where its connection stays, and is connected to again', () => {
  const live = new LiveConnection()
  live.subscribe({ subscribe: 'jobs' })
  const silent = newest()
  silent.opens()
  vi.advanceTimersByTime(silenceMsMax)
  expect(live.state).toBe('lost')
  expect(silent.closed).toBe(true)
  vi.advanceTimersByTime(1000)
  expect(newest()).not.toBe(silent)
  newest().opens()
  expect(live.state).toBe('open')
  expect(newest().sent).toEqual([JSON.stringify({ subscribe: 'jobs' })])
})

test('an attempt that is neither accepted nor refused is given up and made again', () => {
  const live = new LiveConnection()
  live.subscribe({ subscribe: 'jobs' })
  vi.advanceTimersByTime(silenceMsMax)
  expect(live.state).toBe('lost')
  vi.advanceTimersByTime(1000)
  expect(HeldSocket.all).toHaveLength(2)
})

test('what the connection of before still says, or its late end, changes nothing', () => {
  const live = new LiveConnection()
  const changes: unknown[] = []
  live.onChange((change) => changes.push(change))
  live.subscribe({ subscribe: 'jobs' })
  const silent = newest()
  silent.opens()
  vi.advanceTimersByTime(silenceMsMax + 1000)
  newest().opens()
  silent.hears({ changed: 'jobs', part: 'state' })
  silent.dispatchEvent(new Event('close'))
  expect(changes).toEqual([])
  expect(live.state).toBe('open')
  newest().hears({ changed: 'jobs', part: 'state' })
  expect(changes).toEqual([{ changed: 'jobs', part: 'state' }])
})

test('whoever follows nothing waits for nothing', () => {
  const live = new LiveConnection()
  const end = live.subscribe({ subscribe: 'jobs' })
  newest().opens()
  end()
  vi.advanceTimersByTime(silenceMsMax * 10)
  expect(live.state).toBe('idle')
  expect(HeldSocket.all).toHaveLength(1)
})
