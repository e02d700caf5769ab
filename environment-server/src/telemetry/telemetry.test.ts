import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Telemetry } from '@postern/protocol'
import { expect, test, vi } from 'vitest'
import { TelemetrySender, type TelemetryParts } from './telemetry-sender.ts'

const work = { executors: 2, running: 1, queued: 3, queueWaitSeconds: 4.5 }

function senderWith(parts: Partial<TelemetryParts>): { sender: TelemetrySender; sent: Telemetry[] } {
  const sent: Telemetry[] = []
  const sender = new TelemetrySender({
    folder: tmpdir(),
    publishSeconds: () => 10,
    work: () => work,
    link: () => ({ roundTripMs: 12.5, messages: 7 }),
    clockOffsetMs: () => -61_240,
    send: (telemetry) => sent.push(telemetry) > 0,
    log: () => {},
    ...parts,
  })
  return { sender, sent }
}

test('ES-14: a message holds every figure of the machine and of the server, and is small', () => {
  const { sender, sent } = senderWith({})
  // Time of the processor, which a busy machine may give to others.
  const before = process.cpuUsage()
  while (process.cpuUsage(before).user < 20_000);
  sender.sayNow()
  const said = Telemetry.parse(sent[0])
  expect(said).toMatchObject({ ...work, roundTripMs: 12.5, messages: 7, clockOffsetSeconds: -61.2 })
  expect(said.serverCpuPercent).toBeGreaterThan(0)
  for (const figure of [
    'memoryTotalBytes',
    'memoryFreeBytes',
    'diskTotalBytes',
    'diskFreeBytes',
    'serverMemoryBytes',
  ] as const)
    expect([figure, said[figure] > 1e6]).toEqual([figure, true])
  expect(said.memoryFreeBytes).toBeLessThanOrEqual(said.memoryTotalBytes)
  expect(said.diskFreeBytes).toBeLessThanOrEqual(said.diskTotalBytes)
  expect(JSON.stringify(said).length).toBeLessThan(600)
})

test('ES-14: counts are those since the last message that went out; the clock is unknown before the hub has answered', () => {
  let messages = 5
  let isConnected = true
  const { sender, sent } = senderWith({ clockOffsetMs: () => undefined, link: () => ({ roundTripMs: null, messages }) })
  sender.sayNow()
  messages = 9
  sender.sayNow()
  expect(sent.map((each) => each.messages)).toEqual([5, 4])
  expect(sent[0]).toMatchObject({ clockOffsetSeconds: null, roundTripMs: null })

  const kept: number[] = []
  const counting = senderWith({
    link: () => ({ roundTripMs: null, messages }),
    send: (telemetry) => isConnected && kept.push(telemetry.messages) > 0,
  })
  isConnected = false
  counting.sender.sayNow()
  messages = 20
  isConnected = true
  counting.sender.sayNow()
  expect(kept).toEqual([20])
})

test('ES-15: relaySystemInfoPublishSeconds governs how often, at once when it is changed', () => {
  vi.useFakeTimers()
  try {
    let seconds = 10
    const { sender, sent } = senderWith({ publishSeconds: () => seconds })
    sender.start()
    vi.advanceTimersByTime(2000)
    expect(sent).toHaveLength(1)
    vi.advanceTimersByTime(30_000)
    expect(sent).toHaveLength(4)
    seconds = 60
    vi.advanceTimersByTime(10_000)
    expect(sent).toHaveLength(5)
    vi.advanceTimersByTime(59_000)
    expect(sent).toHaveLength(5)
    vi.advanceTimersByTime(1000)
    expect(sent).toHaveLength(6)
    sender.stop()
    vi.advanceTimersByTime(600_000)
    expect(sent).toHaveLength(6)
  } finally {
    vi.useRealTimers()
  }
})

test('a folder that is gone costs a message and no more', () => {
  const lines: string[] = []
  const { sender, sent } = senderWith({
    folder: join(mkdtempSync(join(tmpdir(), 'telemetry-')), 'gone'),
    log: (level, text) => void lines.push(`${level}: ${text}`),
  })
  sender.sayNow()
  expect(sent).toEqual([])
  expect(lines[0]).toMatch(/^debug: Telemetry could not be gathered: .*ENOENT/)
})
