import fc from 'fast-check'

/** Packets of MQTT 3.1.1 written by hand, so that a test can write wrong ones. */

/** A packet with an honest length (2.2.3). */
export function packet(firstByte: number, body: Uint8Array): Buffer {
  const header = [firstByte]
  let rest = body.length
  do {
    header.push((rest % 128) | (rest >= 128 ? 0x80 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return Buffer.concat([Buffer.from(header), body])
}

export function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
}

/** CONNECT with a clean session, as an environment server sends it but for the last will. */
export function connectPacket(userName: string, password: string): Buffer {
  const head = Buffer.from([...text('MQTT'), 4, 0b1100_0010, 0, 30])
  return packet(0x10, Buffer.concat([head, text(userName), text(userName), text(password)]))
}

export function publishPacket(topic: string, payload: string, flags = 0): Buffer {
  const id = (flags & 0b0110) === 0 ? Buffer.alloc(0) : Buffer.from([0, 7])
  return packet(0x30 | flags, Buffer.concat([text(topic), id, Buffer.from(payload)]))
}

export function subscribePacket(filter: string, qos: number): Buffer {
  return packet(0x82, Buffer.concat([Buffer.from([0, 9]), text(filter), Buffer.from([qos])]))
}

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((each) => Buffer.from(each))

/** Lengths that lie: short, giant, of five bytes. */
const lie = fc.constantFrom(
  [0],
  [1],
  [0x7f],
  [0xff, 0x7f],
  [0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 1],
)

/** One packet, or what calls itself one. `topics` are those that must not work. */
export function hostilePacket(topics: readonly string[], payload: string): fc.Arbitrary<Buffer> {
  const topic = fc.oneof(
    fc.constantFrom(...topics, '', '#', '+', '/', 'a'.repeat(2000), 'servers/\0/heartbeat'),
    fc.string({ maxLength: 20 }),
  )
  return fc.oneof(
    bytes(60),
    fc.tuple(fc.integer({ min: 0, max: 255 }), bytes(40)).map(([first, body]) => packet(first, body)),
    fc
      .tuple(fc.integer({ min: 0, max: 255 }), lie, bytes(200))
      .map(([first, length, body]) => Buffer.from([first, ...length, ...body])),
    fc.tuple(topic, fc.integer({ min: 0, max: 15 })).map(([each, flags]) => publishPacket(each, payload, flags)),
    fc.tuple(topic, fc.integer({ min: 0, max: 255 })).map(([each, qos]) => subscribePacket(each, qos)),
    topic.map((each) => packet(0xa2, Buffer.concat([Buffer.from([0, 3]), text(each)]))),
    fc
      .constantFrom(0x40, 0x50, 0x62, 0x70, 0xc0, 0xd0, 0xe0, 0xf0, 0x20, 0x90, 0xb0)
      .map((first) => packet(first, Buffer.from([0, 1]))),
    fc.constant(connectPacket('1', 'again')),
    fc.constant(Buffer.concat(Array.from({ length: 500 }, () => packet(0xc0, Buffer.alloc(0))))),
  )
}
