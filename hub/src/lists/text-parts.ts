import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { constants, crc32, deflateRaw } from 'node:zlib'
import type { ListFormatFacts } from '@postern/intel'

export type TextPart = { body: string; gzip: Buffer }
export type TextTotals = { count: number; bytes: number; gzipBytes: number; sha256: Buffer }

/** UTF-16 units of a part, at least. */
const partCharacters = 64 * 1024

/** RFC 1952, 2.3: deflate, no flags, no time, system unknown. */
const gzipStart: Buffer = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])
/** An empty last block with fixed codes (RFC 1951, 3.2.6). */
const deflateEnd = Buffer.from([0x03, 0x00])

const deflate = promisify(deflateRaw)

/**
 * Writes entries one behind the other as a format has it, and cuts the text into parts. Each part is also compressed for itself, up to
 * a byte's end and without a last block, so that the compressed parts together are one gzip member (RFC 1951, 3.2.3; RFC 1952).
 */
export class TextParts {
  readonly #format: ListFormatFacts
  readonly #take: (part: TextPart) => Promise<void>
  readonly #digest = createHash('sha256')
  #text: string
  #gzipHead: Buffer = gzipStart
  #crc = 0
  #count = 0
  #bytes = 0
  #gzipBytes = 0

  /** @param take is given the parts in their order */
  constructor(format: ListFormatFacts, take: (part: TextPart) => Promise<void>) {
    this.#format = format
    this.#take = take
    this.#text = format.start
  }

  add(entry: string): void {
    const { between, after } = this.#format
    this.#text += this.#count === 0 ? `${entry}${after}` : `${between}${entry}${after}`
    this.#count += 1
  }

  /** To be called now and then: gives a part away when there is enough for one. */
  async pass(): Promise<void> {
    if (this.#text.length >= partCharacters) await this.#give(false)
  }

  async end(): Promise<TextTotals> {
    this.#text += this.#format.end
    await this.#give(true)
    return { count: this.#count, bytes: this.#bytes, gzipBytes: this.#gzipBytes, sha256: this.#digest.digest() }
  }

  async #give(isLast: boolean): Promise<void> {
    const body = this.#text
    this.#text = ''
    const bytes = Buffer.from(body)
    this.#digest.update(bytes)
    this.#crc = crc32(bytes, this.#crc)
    this.#bytes += bytes.length
    const pieces: Buffer[] = [this.#gzipHead]
    if (bytes.length > 0) pieces.push(await deflate(bytes, { level: 6, finishFlush: constants.Z_SYNC_FLUSH }))
    this.#gzipHead = Buffer.alloc(0)
    if (isLast) pieces.push(deflateEnd, this.#gzipTail())
    const gzip = Buffer.concat(pieces)
    this.#gzipBytes += gzip.length
    await this.#take({ body, gzip })
  }

  #gzipTail(): Buffer {
    const tail = Buffer.alloc(8)
    tail.writeUInt32LE(this.#crc, 0)
    tail.writeUInt32LE(this.#bytes % 2 ** 32, 4)
    return tail
  }
}
