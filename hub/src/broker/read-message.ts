import { ConnectionLost, ExecutionEvent, Heartbeat, limits, serverXidOf, Telemetry, topics } from '@postern/protocol'
import * as z from 'zod'
import type { ServerMessage } from './broker.ts'

export type ReadMessage =
  | { kind: 'message'; serverXid: string; message: ServerMessage }
  | { kind: 'refused'; reason: string }

/**
 * Reads what came over the broker. The serverXid of the topic is the sender's: an environment server publishes on its own topics
 * and no others, which the broker enforces. A message on another topic than its kind's is refused.
 */
export function readMessage(topic: string, payload: Buffer): ReadMessage {
  const serverXid = serverXidOf(topic)
  const schema = serverXid === undefined ? undefined : schemaOf(topic, serverXid)
  if (serverXid === undefined || schema === undefined) return { kind: 'refused', reason: 'the topic is none of ours' }
  if (payload.length > limits.messageBytesMax) return { kind: 'refused', reason: 'it is too large' }
  let value: unknown
  try {
    value = JSON.parse(payload.toString('utf8'))
  } catch {
    return { kind: 'refused', reason: 'it is not JSON' }
  }
  const read = z.safeParse(schema, value)
  if (!read.success) return { kind: 'refused', reason: z.prettifyError(read.error).slice(0, 500) }
  return { kind: 'message', serverXid, message: read.data }
}

function schemaOf(topic: string, serverXid: string) {
  switch (topic) {
    case topics.heartbeat(serverXid):
      return Heartbeat
    case topics.executionEvents(serverXid):
      return ExecutionEvent
    case topics.telemetry(serverXid):
      return Telemetry
    case topics.connectionLost(serverXid):
      return ConnectionLost
    default:
      return undefined
  }
}
