import { hubSubscriptions, limits, serverXidOf, topicRights, topics } from '@postern/protocol'

/** Who is at the other end of a connection, as it proved. */
export type Peer =
  | { kind: 'hub' }
  | { kind: 'server'; serverXid: string; publish: ReadonlySet<string>; subscribe: ReadonlySet<string> }

export function serverPeer(serverXid: string): Extract<Peer, { kind: 'server' }> {
  return {
    kind: 'server',
    serverXid,
    publish: new Set(topicRights.publish(serverXid)),
    subscribe: new Set(topicRights.subscribe(serverXid)),
  }
}

type Message = { topic: string; qos: number; retain: boolean; payload: string | Buffer }

/** Why a message, or a last will, is not taken; nothing if it is (S8). Topics are compared literally. */
export function publishRefusal(peer: Peer, message: Message): string | undefined {
  if (message.qos > 1) return 'QoS 2 is not served'
  if (message.retain) return 'retained messages are not served'
  if (Buffer.byteLength(message.payload) > limits.messageBytesMax) return 'the message is too large'
  if (peer.kind === 'server') return peer.publish.has(message.topic) ? undefined : 'the topic is not its own'
  const serverXid = serverXidOf(message.topic)
  const isOurs =
    serverXid !== undefined &&
    (message.topic === topics.commands(serverXid) || message.topic === topics.heartbeatAnswer(serverXid))
  return isOurs ? undefined : 'the hub speaks on no such topic'
}

/** Why a subscription is not granted; nothing if it is. Wildcards, `$share` and `$SYS` are in nobody's rights, so they fail here. */
export function subscribeRefusal(peer: Peer, subscription: { topic: string; qos: number }): string | undefined {
  if (subscription.qos > 1) return 'QoS 2 is not served'
  if (peer.kind === 'hub') {
    return (hubSubscriptions as readonly string[]).includes(subscription.topic)
      ? undefined
      : 'the hub hears no such topic'
  }
  return peer.subscribe.has(subscription.topic) ? undefined : 'the topic is not its own'
}
