import type { Telemetry } from '@postern/protocol'

/** Columns of telemetry_10s in the order of `telemetryLine`. */
export const copyColumns = [
  'server_xid',
  'at',
  'period_seconds',
  'cpu_percent',
  'memory_used_percent',
  'disk_used_percent',
  'running',
  'queued',
  'queue_wait_seconds',
  'round_trip_ms',
  'messages',
  'server_cpu_percent',
  'server_memory_bytes',
] as const

/** One line of COPY's text format. Numbers alone stand in it, all parsed at the door, so that nothing has to be escaped. */
export function telemetryLine(serverXid: string, at: string, said: Telemetry): string {
  const values = [
    serverXid,
    at,
    said.periodSeconds,
    said.cpuPercent,
    usedPercent(said.memoryFreeBytes, said.memoryTotalBytes),
    usedPercent(said.diskFreeBytes, said.diskTotalBytes),
    said.running,
    said.queued,
    said.queueWaitSeconds,
    said.roundTripMs ?? '\\N',
    said.messages,
    said.serverCpuPercent,
    said.serverMemoryBytes,
  ]
  return `${values.join('\t')}\n`
}

/** Two messages of one server that came within one write: the later one's gauges, and the counts of both. */
export function merged(before: Telemetry | undefined, said: Telemetry): Telemetry {
  if (before === undefined) return said
  return {
    ...said,
    periodSeconds: before.periodSeconds + said.periodSeconds,
    messages: before.messages + said.messages,
  }
}

function usedPercent(free: number, total: number): number {
  return total > 0 ? Math.min(100, Math.max(0, 100 - (100 * free) / total)) : 0
}
