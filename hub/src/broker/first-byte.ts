import type { Duplex } from 'node:stream'

/** Looks at the first byte of a stream and puts it back. Not called when the stream ends before it. */
export function peekFirstByte(stream: Duplex, onByte: (byte: number) => void): void {
  stream.once('readable', () => {
    const chunk: unknown = stream.read()
    if (!Buffer.isBuffer(chunk) || chunk.length === 0) {
      if (!stream.readableEnded && !stream.destroyed) peekFirstByte(stream, onByte)
      return
    }
    stream.unshift(chunk)
    onByte(chunk[0] ?? 0)
  })
}

/** RFC 8446, 5.1: a TLS connection begins with a handshake record. */
export const tlsHandshakeByte = 0x16

/**
 * What is spoken inside TLS. MQTT 3.1.1, 3.1: the first packet is CONNECT, whose first byte is fixed. A capital letter begins an
 * HTTP request (RFC 9112, 3).
 */
export function protocolInside(byte: number): 'mqtt' | 'http' | undefined {
  if (byte === 0x10) return 'mqtt'
  return byte >= 0x41 && byte <= 0x5a ? 'http' : undefined
}
