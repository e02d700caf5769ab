import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { PacketGate } from './packet-gate.ts'

const limits = { unauthenticatedBytesMax: 1000, packetBytesMax: 300, packetsPerSecondMax: 1_000_000 }

/** A PUBLISH header of so many bytes, and the bytes (MQTT 3.1.1, 2.2.3). */
function packet(length: number): Buffer {
  const header = [0x30]
  let rest = length
  do {
    header.push((rest % 128) | (rest >= 128 ? 0x80 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, 0xff)])
}

function cut(bytes: Buffer, sizes: number[]): Buffer[] {
  const pieces: Buffer[] = []
  let at = 0
  for (let index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1
    pieces.push(bytes.subarray(at, at + size))
    at += size
  }
  return pieces
}

async function passed(pieces: Buffer[], isOpen: boolean): Promise<Buffer | string> {
  const inner = new PassThrough()
  const gate = new PacketGate(inner, limits)
  if (isOpen) gate.open()
  const got: Buffer[] = []
  gate.on('data', (chunk: Buffer) => got.push(chunk))
  const ended = once(gate, 'end').then(
    () => Buffer.concat(got),
    (error: Error) => error.message,
  )
  for (const piece of pieces) inner.write(piece)
  inner.end()
  return await ended
}

const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 })

test('S8: packets within the limit pass unchanged, however they are cut', async () => {
  const lengths = fc.array(fc.integer({ min: 0, max: limits.packetBytesMax }), { minLength: 1, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(lengths, sizes, async (lengths, sizes) => {
      const bytes = Buffer.concat(lengths.map(packet))
      expect(await passed(cut(bytes, sizes), true)).toEqual(bytes)
    }),
  )
})

test('S8: a packet beyond the limit ends the stream, wherever it stands and however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: limits.packetBytesMax + 1, max: 500_000 }),
      fc.nat({ max: 5 }),
      sizes,
      async (length, before, sizes) => {
        const bytes = Buffer.concat([
          ...Array.from({ length: before }, () => packet(17)),
          packet(length).subarray(0, 10),
        ])
        expect(await passed(cut(bytes, sizes), true)).toContain('is too large')
      },
    ),
  )
})

test('S8: a length of five bytes, which MQTT does not know, ends the stream', async () => {
  expect(await passed([Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x7f])], true)).toContain('is too large')
})

test('S8: before authentication all bytes together are bounded, afterwards they are not', async () => {
  const many = Array.from({ length: 20 }, () => packet(200))
  expect(await passed(many, false)).toContain('before the connection was authenticated')
  expect(await passed(many, true)).toEqual(Buffer.concat(many))
})
