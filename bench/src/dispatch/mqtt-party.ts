import { once } from 'node:events'
import type { Socket } from 'node:net'
import { generate, parser, type Packet } from 'mqtt-packet'

/** One MQTT 3.1.1 client at QoS 1, and nothing beside: as bare as a client can be. */
export class MqttParty {
  readonly #socket: Socket
  readonly #onMessage: (topic: string, payload: Buffer) => void
  #messageId = 0
  #answered: (() => void) | undefined

  private constructor(socket: Socket, onMessage: (topic: string, payload: Buffer) => void) {
    this.#socket = socket
    this.#onMessage = onMessage
    const packets = parser({ protocolVersion: 4 })
    packets.on('packet', (packet) => this.#receive(packet))
    socket.on('data', (chunk) => void packets.parse(chunk))
  }

  /** @param socket not yet connected; Nagle's algorithm is switched off */
  static async connect(
    socket: Socket,
    clientId: string,
    topics: readonly string[],
    onMessage: (topic: string, payload: Buffer) => void,
  ): Promise<MqttParty> {
    await once(socket, 'connect')
    socket.setNoDelay(true)
    const party = new MqttParty(socket, onMessage)
    await party.#ask({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, clientId, keepalive: 60 })
    const subscriptions = topics.map((topic) => ({ topic, qos: 1 as const }))
    await party.#ask({ cmd: 'subscribe', messageId: party.#nextId(), subscriptions })
    return party
  }

  publish(topic: string, payload: string): void {
    const messageId = this.#nextId()
    this.#send({ cmd: 'publish', topic, payload, qos: 1, dup: false, retain: false, messageId })
  }

  close(): void {
    this.#socket.destroy()
  }

  async #ask(packet: Packet): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#answered = resolve
    this.#send(packet)
    await promise
  }

  #receive(packet: Packet): void {
    if (packet.cmd === 'connack' || packet.cmd === 'suback') return this.#answered?.()
    if (packet.cmd !== 'publish') return
    if (packet.qos === 1) this.#send({ cmd: 'puback', messageId: packet.messageId ?? 0 })
    this.#onMessage(packet.topic, Buffer.from(packet.payload))
  }

  #nextId(): number {
    return (this.#messageId = (this.#messageId % 65_535) + 1)
  }

  #send(packet: Packet): void {
    this.#socket.write(generate(packet))
  }
}
