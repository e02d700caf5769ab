import { Duplex } from 'node:stream'
import type { EdgeLimits } from './edge-limits.ts'

type GateLimits = Pick<EdgeLimits, 'unauthenticatedBytesMax' | 'packetBytesMax' | 'packetsPerSecondMax'>

/**
 * Stands between a socket and the broker and bounds what the peer can make it hold: bytes in all before authentication, the
 * size of each packet, and packets a second. The parser behind it would wait for a packet of 256 MB to be whole.
 */
export class PacketGate extends Duplex {
  readonly #inner: Duplex
  readonly #limits: GateLimits
  readonly #scanner = new PacketScanner()
  #authenticated = false
  #bytesBefore = 0
  #secondStarted = 0
  #packetsInSecond = 0
  #pause: NodeJS.Timeout | undefined

  constructor(inner: Duplex, limits: GateLimits) {
    super()
    this.#inner = inner
    this.#limits = limits
    inner.on('data', (chunk: Buffer) => this.#receive(chunk))
    inner.on('end', () => this.push(null))
    inner.on('error', (error) => this.destroy(error))
    inner.on('close', () => this.destroy())
  }

  /** From now on the peer is known: only packets are bounded, not the whole. */
  open(): void {
    this.#authenticated = true
  }

  override _read(): void {
    if (this.#pause === undefined) this.#inner.resume()
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#inner.write(chunk, encoding, done)
  }

  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], done: (error?: Error | null) => void): void {
    this.#inner.write(
      Buffer.concat(
        chunks.map(({ chunk, encoding }) => (Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk, encoding))),
      ),
      done,
    )
  }

  override _final(done: () => void): void {
    this.#inner.end(done)
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#pause)
    this.#inner.destroy()
    done(error)
  }

  #receive(chunk: Buffer): void {
    if (!this.#authenticated) {
      this.#bytesBefore += chunk.length
      if (this.#bytesBefore > this.#limits.unauthenticatedBytesMax)
        return this.#refuse('too much was sent before the connection was authenticated')
    }
    const { largest, packets } = this.#scanner.scan(chunk)
    if (largest > this.#limits.packetBytesMax) return this.#refuse(`a packet of ${largest} bytes is too large`)
    if (!this.push(chunk)) this.#inner.pause()
    this.#countPackets(packets)
  }

  #countPackets(packets: number): void {
    const now = performance.now()
    if (now - this.#secondStarted >= 1000) {
      this.#secondStarted = now
      this.#packetsInSecond = 0
    }
    this.#packetsInSecond += packets
    if (this.#packetsInSecond <= this.#limits.packetsPerSecondMax || this.#pause !== undefined) return
    this.#inner.pause()
    this.#pause = setTimeout(
      () => {
        this.#pause = undefined
        this.#inner.resume()
      },
      1000 - (now - this.#secondStarted),
    )
  }

  #refuse(reason: string): void {
    this.destroy(new Error(reason))
  }
}

/** Follows packet borders (MQTT 3.1.1, 2.2): one byte of type, up to four of length, then the rest. */
class PacketScanner {
  #inLength = false
  #shift = 0
  #length = 0
  #remaining = 0

  /** @returns the largest length that a header in this chunk announced, and how many packets began */
  scan(chunk: Buffer): { largest: number; packets: number } {
    let largest = 0
    let packets = 0
    for (let at = 0; at < chunk.length;) {
      if (this.#remaining > 0) {
        const skipped = Math.min(this.#remaining, chunk.length - at)
        this.#remaining -= skipped
        at += skipped
        continue
      }
      const byte = chunk[at] ?? 0
      at += 1
      if (!this.#inLength) {
        packets += 1
        this.#inLength = true
        this.#shift = 0
        this.#length = 0
        continue
      }
      this.#length += (byte & 0x7f) * 2 ** this.#shift
      this.#shift += 7
      largest = Math.max(largest, this.#length)
      // A fifth byte of length is malformed, and larger than anything that is allowed.
      if ((byte & 0x80) !== 0) {
        if (this.#shift > 21) return { largest: Number.MAX_SAFE_INTEGER, packets }
        continue
      }
      this.#inLength = false
      this.#remaining = this.#length
    }
    return { largest, packets }
  }
}
