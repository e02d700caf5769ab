import type { TelemetryNow, TelemetryPoint } from '@postern/protocol'
import { formatBytes, formatCount, formatDuration } from '../../format/quantities.ts'

/** One figure of a server: how it stands now, and its curve. */
export interface Gauge {
  name: string
  now: (now: TelemetryNow) => string
  /** What the figure is of, in small. */
  of: (now: TelemetryNow) => string
  /** 0 to 1, where there is a whole that it is a part of; high is bad. */
  share?: (now: TelemetryNow) => number
  value: (point: TelemetryPoint) => number | null
  highest?: (point: TelemetryPoint) => number | null
  /** What the top of the chart stands for: a whole, or no less than this. */
  top: { is: 'whole'; value: number } | { is: 'at-least'; value: number; unit?: 'bytes' }
  format: (value: number) => string
}

const percent = (value: number) => `${(Math.round(value * 10) / 10).toLocaleString('en')} %`
const count = (value: number) => formatCount(Math.round(value * 10) / 10)
const seconds = (value: number) => formatDuration(value * 1000)
const used = (free: number, total: number) => (total > 0 ? 1 - free / total : 0)

/** Every figure of ES-14, in the order of the page. */
export const gauges: readonly Gauge[] = [
  {
    name: 'CPU',
    now: ({ cpuPercent }) => percent(cpuPercent),
    of: () => 'of all processors',
    share: ({ cpuPercent }) => cpuPercent / 100,
    value: ({ cpuPercent }) => cpuPercent,
    highest: ({ cpuPercentMax }) => cpuPercentMax,
    top: { is: 'whole', value: 100 },
    format: percent,
  },
  {
    name: 'Memory',
    now: ({ memoryFreeBytes, memoryTotalBytes }) => percent(100 * used(memoryFreeBytes, memoryTotalBytes)),
    of: ({ memoryFreeBytes, memoryTotalBytes }) =>
      `${formatBytes(memoryFreeBytes)} of ${formatBytes(memoryTotalBytes)} free`,
    share: ({ memoryFreeBytes, memoryTotalBytes }) => used(memoryFreeBytes, memoryTotalBytes),
    value: ({ memoryUsedPercent }) => memoryUsedPercent,
    highest: ({ memoryUsedPercentMax }) => memoryUsedPercentMax,
    top: { is: 'whole', value: 100 },
    format: percent,
  },
  {
    name: 'Disk',
    now: ({ diskFreeBytes, diskTotalBytes }) => percent(100 * used(diskFreeBytes, diskTotalBytes)),
    of: ({ diskFreeBytes, diskTotalBytes }) => `${formatBytes(diskFreeBytes)} of ${formatBytes(diskTotalBytes)} free`,
    share: ({ diskFreeBytes, diskTotalBytes }) => used(diskFreeBytes, diskTotalBytes),
    value: ({ diskUsedPercent }) => diskUsedPercent,
    highest: ({ diskUsedPercentMax }) => diskUsedPercentMax,
    top: { is: 'whole', value: 100 },
    format: percent,
  },
  {
    name: 'Executors',
    now: ({ running, executors }) => `${formatCount(running)} of ${formatCount(executors)}`,
    of: () => 'run an app',
    value: ({ running }) => running,
    top: { is: 'at-least', value: 2 },
    format: count,
  },
  {
    name: 'Queue',
    now: ({ queued }) => formatCount(queued),
    of: () => 'executions wait here',
    value: ({ queued }) => queued,
    highest: ({ queuedMax }) => queuedMax,
    top: { is: 'at-least', value: 4 },
    format: count,
  },
  {
    name: 'Queue wait',
    now: ({ queueWaitSeconds }) => seconds(queueWaitSeconds),
    of: () => 'of the oldest that waits',
    value: ({ queueWaitSeconds }) => queueWaitSeconds,
    highest: ({ queueWaitSecondsMax }) => queueWaitSecondsMax,
    top: { is: 'at-least', value: 10 },
    format: seconds,
  },
  {
    name: 'Round trip',
    now: ({ roundTripMs }) => (roundTripMs === null ? '–' : formatDuration(roundTripMs)),
    of: () => 'from a heartbeat to its answer',
    value: ({ roundTripMs }) => roundTripMs,
    highest: ({ roundTripMsMax }) => roundTripMsMax,
    top: { is: 'at-least', value: 50 },
    format: formatDuration,
  },
  {
    name: 'Messages an hour',
    now: ({ messagesPerHour }) => (messagesPerHour === null ? '–' : formatCount(Math.round(messagesPerHour))),
    of: () => 'to and from the hub',
    value: ({ messagesPerHour }) => messagesPerHour,
    top: { is: 'at-least', value: 100 },
    format: (value) => formatCount(Math.round(value)),
  },
  {
    name: 'The server itself',
    now: ({ serverMemoryBytes }) => formatBytes(serverMemoryBytes),
    of: ({ serverCpuPercent }) => `memory; ${percent(serverCpuPercent)} of a processor`,
    value: ({ serverMemoryBytes }) => serverMemoryBytes,
    top: { is: 'at-least', value: 64 * 1024 * 1024, unit: 'bytes' },
    format: formatBytes,
  },
]

/** What the top of a chart stands for: the whole, or a round number that nothing is above. */
export function topOf({ top, value, highest }: Gauge, points: readonly TelemetryPoint[]): number {
  if (top.is === 'whole') return top.value
  let most = top.value
  for (const point of points) most = Math.max(most, highest?.(point) ?? 0, value(point) ?? 0)
  return top.unit === 'bytes' ? 2 ** Math.ceil(Math.log2(most)) : roundedUp(most)
}

/** 1, 2 or 5 times a power of ten: what an axis says. */
function roundedUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 5, 10].find((each) => each * power >= value) ?? 10
  return step * power
}
