import { type KeyObject, sign, X509Certificate } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { connectProof, edgeProtocols, paths, topics } from '@postern/protocol'
import { type IClientOptions, MqttClient } from 'mqtt'
import { createWebSocketStream, WebSocket } from 'ws'
import type { EnrolledServer } from '../environments/test-enrolment.ts'

/** What a test changes of an honest connection. */
export type Dishonesty = {
  certificate?: string
  privateKey?: KeyObject
  userName?: string
  clientId?: string
  password?: string
  proofTime?: number
  proofKey?: KeyObject
  will?: { topic: string; payload: Buffer; qos: 0 | 1 | 2; retain: boolean }
  clean?: boolean
  protocolVersion?: 3 | 4 | 5
  /** In a WebSocket at /mqtt, not in TLS itself. */
  inWebSocket?: boolean
  /** TLS is opened on the way: no certificate arrives, and its serial number stands in the password. */
  isInspected?: boolean
}

export type EdgeAddress = { port: number; caPem: string; now: () => Date }

export function connectTo(edge: EdgeAddress, server: EnrolledServer, changes: Dishonesty = {}): TLSSocket {
  const key = changes.privateKey ?? server.privateKey
  const { mqtt, http } = edgeProtocols
  if (changes.isInspected) return connectTls({ host: '127.0.0.1', port: edge.port, ca: edge.caPem })
  return connectTls({
    ALPNProtocols: changes.inWebSocket ? [mqtt, http] : [mqtt],
    host: '127.0.0.1',
    port: edge.port,
    ca: edge.caPem,
    cert: changes.certificate ?? server.certificate,
    key: key.export({ format: 'pem', type: 'pkcs8' }),
  })
}

export function webSocketTo(edge: EdgeAddress, server: EnrolledServer, changes: Dishonesty = {}): WebSocket {
  // The types do not have closeTimeout yet.
  const options = {
    createConnection: () => connectTo(edge, server, { ...changes, inWebSocket: true }),
    perMessageDeflate: false,
    closeTimeout: 1000,
  }
  return new WebSocket(`wss://127.0.0.1:${edge.port}${paths.mqtt}`, 'mqtt', options)
}

function streamOf(webSocket: WebSocket): Duplex {
  const stream = createWebSocketStream(webSocket)
  stream.once('end', () => stream.destroy())
  return stream
}

export function passwordOf(server: EnrolledServer, proofTime: number, key = server.privateKey): string {
  const proof = sign('sha256', Buffer.from(connectProof.message(server.serverXid, proofTime)), key)
  return `${server.brokerToken}.${proofTime}.${proof.toString('base64url')}`
}

/** The same where the certificate is only named. */
export function inspectedPasswordOf(
  server: EnrolledServer,
  proofTime: number,
  { certificate = server.certificate, proofKey = server.privateKey }: Dishonesty = {},
): string {
  const serial = new X509Certificate(certificate).serialNumber.toLowerCase()
  const message = Buffer.from(connectProof.inspectedMessage(server.serverXid, proofTime, serial))
  return `${server.brokerToken}.${proofTime}.${sign('sha256', message, proofKey).toString('base64url')}.${serial}`
}

/** Connects as an environment server does. Rejects with the broker's reason, or with "closed" when it only cut the line. */
export async function connectServer(
  edge: EdgeAddress,
  server: EnrolledServer,
  changes: Dishonesty = {},
): Promise<MqttClient> {
  const proofTime = changes.proofTime ?? Math.floor(edge.now().getTime() / 1000)
  const version = changes.protocolVersion ?? 4
  const options: IClientOptions = {
    protocolVersion: version,
    ...(version === 3 ? { protocolId: 'MQIsdp' } : {}),
    clean: changes.clean ?? true,
    clientId: changes.clientId ?? server.serverXid,
    username: changes.userName ?? server.serverXid,
    password:
      changes.password ??
      (changes.isInspected
        ? inspectedPasswordOf(server, proofTime, changes)
        : passwordOf(server, proofTime, changes.proofKey ?? server.privateKey)),
    will: changes.will ?? {
      topic: topics.connectionLost(server.serverXid),
      payload: Buffer.from('{"kind":"connection-lost","protocolVersion":1}'),
      qos: 1,
      retain: false,
    },
    keepalive: 30,
    reconnectPeriod: 0,
    // Only an end for what hangs: on a busy machine many wait for their turn.
    connectTimeout: 120_000,
  }
  const open = () =>
    changes.inWebSocket ? streamOf(webSocketTo(edge, server, changes)) : connectTo(edge, server, changes)
  const client = new MqttClient(open, options)
  let reason = 'closed'
  client.on('error', (error) => {
    reason = error.message
  })
  return await new Promise((resolve, reject) => {
    client.once('connect', () => resolve(client))
    client.once('close', () => reject(new Error(reason)))
  })
}

/** The subscription's answer: what the broker granted, 128 for refused (MQTT 3.1.1, 3.9.3). */
export async function granted(client: MqttClient, topic: string, qos: 0 | 1 | 2 = 1): Promise<number> {
  const answer = new Promise<number>((resolve) => {
    client.on('packetreceive', function onPacket(packet) {
      if (packet.cmd !== 'suback') return
      client.off('packetreceive', onPacket)
      resolve(Number(packet.granted[0]))
    })
  })
  // The library reports a refusal as an error as well; the packet says it all.
  client.subscribe(topic, { qos }, () => {})
  return await answer
}

/** Settles when it is closed, whatever the reason. */
export async function closed(stream: { once(event: 'close', listener: () => void): unknown }): Promise<void> {
  await new Promise<void>((resolve) => stream.once('close', resolve))
}
