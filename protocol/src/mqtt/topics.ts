/**
 * Every MQTT topic in the system; a topic is never spelled out anywhere else.
 * Levels hold no `.` and begin with no `/`: RabbitMQ and NATS map those characters.
 */
export const topics = {
  /** Hub → environment server: signed commands (D8). */
  commands: (serverXid: string) => `servers/${serverXid}/commands` as const,
  /** Environment server → hub: alive, with the executions it holds. */
  heartbeat: (serverXid: string) => `servers/${serverXid}/heartbeat` as const,
  /** Hub → environment server: the hub's clock and the leases it grants. */
  heartbeatAnswer: (serverXid: string) => `servers/${serverXid}/heartbeat-answer` as const,
  /** Environment server → hub: what happened to an execution. */
  executionEvents: (serverXid: string) => `servers/${serverXid}/execution-events` as const,
  /** Environment server → hub: what it measures of itself (D32). */
  telemetry: (serverXid: string) => `servers/${serverXid}/telemetry` as const,
  /** Last will of an environment server's connection. */
  connectionLost: (serverXid: string) => `servers/${serverXid}/connection-lost` as const,
} as const

/** What an environment server may publish and subscribe: its own topics, literally, and no others (S8). */
export const topicRights = {
  publish: (serverXid: string) => [
    topics.heartbeat(serverXid),
    topics.executionEvents(serverXid),
    topics.telemetry(serverXid),
    topics.connectionLost(serverXid),
  ],
  subscribe: (serverXid: string) => [topics.commands(serverXid), topics.heartbeatAnswer(serverXid)],
} as const

/** What the hub subscribes: every environment server's side of the talk. */
export const hubSubscriptions = [
  'servers/+/heartbeat',
  'servers/+/execution-events',
  'servers/+/telemetry',
  'servers/+/connection-lost',
] as const

/** The serverXid of a topic of ours, or nothing if the topic is not ours. */
export function serverXidOf(topic: string): string | undefined {
  return /^servers\/([0-9]{1,18})\/[a-z-]+$/.exec(topic)?.[1]
}
