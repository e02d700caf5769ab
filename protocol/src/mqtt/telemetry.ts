import * as z from 'zod/mini'
import { Count, Instant } from '../primitives.ts'

/** From 0 to 100. */
const Percent = z.number().check(z.gte(0), z.lte(100))
/** Whatever a machine may measure, and no number that a `real` column could not hold. */
const Figure = z.number().check(z.gte(0), z.lte(1e15))

/**
 * Environment server → hub, every `relaySystemInfoPublishSeconds`, at QoS 0: gauges of now, and counts since the message before it
 * (D32). Losing one loses a point of a curve and nothing else, so it has no id and is not answered. Sent only to a hub whose heartbeat
 * answers say protocol 2 or later: an older one would end the connection over a topic that it does not know.
 */
export const Telemetry = z.object({
  kind: z.literal('telemetry'),
  protocolVersion: z.int(),
  sentAt: Instant,
  /** Seconds since the telemetry before it, or since the start: what counts and shares of time are over. */
  periodSeconds: Figure,
  /** How far the clock of this machine is off the hub's; positive: it is behind. Null before the first heartbeat answer. */
  clockOffsetSeconds: z.nullable(z.number().check(z.gte(-1e10), z.lte(1e10))),
  /** Of all processors together. */
  cpuPercent: Percent,
  memoryTotalBytes: Figure,
  /** What programs can still have without swapping. */
  memoryFreeBytes: Figure,
  /** Of the file system that holds the server's folder. */
  diskTotalBytes: Figure,
  /** What the server's user can still write. */
  diskFreeBytes: Figure,
  executors: Count,
  /** Executors with an app in them. */
  running: Count,
  queued: Count,
  /** How long the oldest attempt of the queue has waited; 0 while the queue is empty. */
  queueWaitSeconds: Figure,
  /** From a heartbeat to its answer, the last one. Null before the first. */
  roundTripMs: z.nullable(Figure),
  /** MQTT messages sent and received over the connection to the hub. */
  messages: Count,
  /** Of one processor: what the server itself used, apps not included; above 100 where it used more than one. */
  serverCpuPercent: Figure,
  /** Resident memory of the server itself. */
  serverMemoryBytes: Figure,
  /** Since the server was started. */
  uptimeSeconds: Figure,
})
export type Telemetry = z.infer<typeof Telemetry>

/** The protocol number from which on a hub takes telemetry. */
export const telemetrySince = 2
