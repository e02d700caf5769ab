/** A table of telemetry: how fine it is, how long its rows are kept, and how much of time one of its partitions holds. */
export type TelemetryTable = {
  name: 'telemetry_10s' | 'telemetry_1m' | 'telemetry_1h'
  stepSeconds: number
  keptSeconds: number
  partitionSeconds: number
}

const hour = 3600
const day = 24 * hour

/** Finest first (D32): as it came for an hour, by the minute for a day, by the hour for a year. */
export const telemetryTables = [
  { name: 'telemetry_10s', stepSeconds: 10, keptSeconds: hour, partitionSeconds: hour / 4 },
  { name: 'telemetry_1m', stepSeconds: 60, keptSeconds: day, partitionSeconds: 6 * hour },
  { name: 'telemetry_1h', stepSeconds: hour, keptSeconds: 366 * day, partitionSeconds: 30 * day },
] as const satisfies readonly TelemetryTable[]

/** Gauges that are averaged; where one has a second column, that keeps the highest. */
export const averagedColumns = [
  { name: 'cpu_percent', highest: 'cpu_percent_max' },
  { name: 'memory_used_percent', highest: 'memory_used_percent_max' },
  { name: 'disk_used_percent', highest: 'disk_used_percent_max' },
  { name: 'running' },
  { name: 'queued', highest: 'queued_max' },
  { name: 'queue_wait_seconds', highest: 'queue_wait_seconds_max' },
  { name: 'round_trip_ms', highest: 'round_trip_ms_max' },
  { name: 'server_cpu_percent' },
  { name: 'server_memory_bytes' },
] as const satisfies readonly { name: string; highest?: string }[]

/** Counts, and the time that they are over. */
export const summedColumns = ['messages', 'period_seconds'] as const
