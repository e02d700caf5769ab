import type { TelemetryNow, TelemetryPoint } from '@postern/protocol'
import { expect, test } from 'vitest'
import { gauges, topOf } from './gauges.ts'

const now = {
  at: '2026-11-21T10:00:00Z',
  cpuPercent: 12.5,
  memoryTotalBytes: 8 * 1024 ** 3,
  memoryFreeBytes: 2 * 1024 ** 3,
  diskTotalBytes: 0,
  diskFreeBytes: 0,
  executors: 2,
  running: 1,
  queued: 3,
  queueWaitSeconds: 65,
  roundTripMs: null,
  messagesPerHour: 1234.4,
  clockOffsetSeconds: null,
  serverCpuPercent: 1.1,
  serverMemoryBytes: 60 * 1024 ** 2,
  uptimeSeconds: 10,
} satisfies TelemetryNow

test('ES-14: every figure is said in words that people know, and none where it is not known', () => {
  const said = Object.fromEntries(gauges.map((gauge) => [gauge.name, `${gauge.now(now)} ${gauge.of(now)}`]))
  expect(said).toEqual({
    CPU: '12.5 % of all processors',
    Memory: '75 % 2 GiB of 8 GiB free',
    Disk: '0 % 0 B of 0 B free',
    Executors: '1 of 2 run an app',
    Queue: '3 executions wait here',
    'Queue wait': '1 min 05 s of the oldest that waits',
    'Round trip': '– from a heartbeat to its answer',
    'Messages an hour': '1,234 to and from the hub',
    'The server itself': '60 MiB memory; 1.1 % of a processor',
  })
})

test('ES-14: a percentage is drawn to 100, anything else to a round number that nothing is above', () => {
  const gauge = (name: string) => {
    const found = gauges.find((each) => each.name === name)
    if (found === undefined) throw new Error(name)
    return found
  }
  const points = [
    { queued: 3, queuedMax: 37, cpuPercent: 2, cpuPercentMax: 5, roundTripMs: null, roundTripMsMax: null },
  ]
  // The charts look at no other field.
  const drawn = points as unknown as TelemetryPoint[]
  expect(topOf(gauge('CPU'), drawn)).toBe(100)
  expect(topOf(gauge('Queue'), drawn)).toBe(50)
  expect(topOf(gauge('Queue'), [])).toBe(5)
  expect(topOf(gauge('Round trip'), drawn)).toBe(50)
  const heavy = [{ serverMemoryBytes: 70 * 1024 ** 2 }] as unknown as TelemetryPoint[]
  expect(topOf(gauge('The server itself'), heavy)).toBe(128 * 1024 ** 2)
})
