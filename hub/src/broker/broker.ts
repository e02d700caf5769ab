import type { ConnectionLost, ExecutionEvent, Heartbeat, Telemetry } from '@postern/protocol'

/** What environment servers say over the broker, checked at the door. */
export type ServerMessage = Heartbeat | ExecutionEvent | ConnectionLost | Telemetry

/** Hears a message. What it throws is logged; the message is then lost, as any message on a broker may be. */
export type ServerMessageListener = (serverXid: string, message: ServerMessage) => void | Promise<void>

/** Hears telemetry, of which there is much: it must be quick, and must not throw. */
export type TelemetryListener = (serverXid: string, said: Telemetry) => void

/** The port that the hub's features see: whatever broker is behind it, embedded or a cluster. */
export type Broker = {
  /** QoS 1. Resolves when the broker has taken the message; rejects at once while there is no connection. */
  publish(topic: string, payload: string): Promise<void>
  /** QoS 0, for what loses nothing by being lost. Not sent at all without a connection, or where too much waits to be sent. */
  offer(topic: string, payload: string): void
  /** @returns ends the listening */
  on(listener: ServerMessageListener): () => void
  /** Telemetry comes here alone, at once and in no queue. @returns ends the listening */
  onTelemetry(listener: TelemetryListener): () => void
  /** Called at each new connection, the first one too, once the hub's subscriptions are granted. */
  onConnected(listener: () => void): () => void
  isConnected(): boolean
  /** Messages that were no valid ones, since the start. */
  droppedCount(): number
  close(): Promise<void>
}
