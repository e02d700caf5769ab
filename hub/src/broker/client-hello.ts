import type { Socket } from 'node:net'
import { edgeProtocols } from '@postern/protocol'
import { tlsHandshakeByte } from './first-byte.ts'

/** RFC 8446, 5.1: the longest record. A first message that is longer is split, and not looked into. */
const recordBytesMax = 16_384
const recordHeaderBytes = 5
const clientHello = 1
/** RFC 7301. */
const alpnExtension = 16

/** What the first bytes of a connection are, before anything is answered. */
export type Opening = 'not TLS' | 'TLS' | 'TLS for MQTT'

/**
 * Looks at the first message of a connection and puts it back: whether it offers MQTT decides who is asked for a certificate (D41). Not
 * called when the connection ends before.
 */
export function peekOpening(socket: Socket, onOpening: (opening: Opening) => void): void {
  let held: Buffer = Buffer.alloc(0)
  function look(): void {
    const chunk: unknown = socket.read()
    if (Buffer.isBuffer(chunk)) held = Buffer.concat([held, chunk])
    const opening = openingOf(held)
    if (opening === undefined) {
      if (!socket.readableEnded && !socket.destroyed) socket.once('readable', look)
      return
    }
    socket.unshift(held)
    onOpening(opening)
  }
  socket.once('readable', look)
}

/** @returns nothing while more bytes are needed to tell */
export function openingOf(bytes: Buffer): Opening | undefined {
  if (bytes.length === 0) return undefined
  if (bytes[0] !== tlsHandshakeByte) return 'not TLS'
  if (bytes.length < recordHeaderBytes) return undefined
  const length = bytes.readUInt16BE(3)
  // Whatever is odd about it, TLS itself will say.
  if (length > recordBytesMax) return 'TLS'
  if (bytes.length < recordHeaderBytes + length) return undefined
  return protocolsOffered(bytes.subarray(recordHeaderBytes, recordHeaderBytes + length)).includes(edgeProtocols.mqtt)
    ? 'TLS for MQTT'
    : 'TLS'
}

/** The protocols that a ClientHello offers (RFC 8446, 4.1.2); none where it is not whole or is something else. */
function protocolsOffered(message: Buffer): string[] {
  const reader = new Reader(message)
  if (reader.number(1) !== clientHello) return []
  const hello = new Reader(reader.block(3))
  hello.skip(2 + 32)
  hello.block(1)
  hello.block(2)
  hello.block(1)
  const extensions = new Reader(hello.block(2))
  while (!extensions.isAtEnd) {
    const type = extensions.number(2)
    const content = extensions.block(2)
    if (type === alpnExtension) return namesIn(new Reader(content).block(2))
  }
  return []
}

function namesIn(list: Buffer): string[] {
  const reader = new Reader(list)
  const names: string[] = []
  while (!reader.isAtEnd) names.push(reader.block(1).toString('latin1'))
  return names
}

/** Reads what may be cut off anywhere: beyond the end there is nothing. */
class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** Of 1 to 3 bytes. */
  number(bytes: number): number {
    const end = this.#at + bytes
    const number = end <= this.#bytes.length ? this.#bytes.readUIntBE(this.#at, bytes) : 0
    this.#at = end
    return number
  }

  /** Bytes after their own length, which takes so many bytes. */
  block(lengthBytes: number): Buffer {
    const length = this.number(lengthBytes)
    const block = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return block
  }

  skip(bytes: number): void {
    this.#at += bytes
  }
}
