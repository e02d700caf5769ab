/**
 * Entries of COPY text in one piece of memory, so that they cross from thread to thread without being copied: entry i ends
 * before `ends[i]`, its last line feed included, and begins where the one before it ends. An entry may hold no line at all.
 */
export type CopyLines = { bytes: Uint8Array<ArrayBuffer>; ends: Uint32Array<ArrayBuffer> }

const startBytes = 1 << 16
const lineFeed = 0x0a

export class CopyLinesWriter {
  #buffer = Buffer.from(new ArrayBuffer(0))
  #length = 0
  readonly #ends: number[] = []

  /** One line, given without its line feed. */
  line(text: string): void {
    // A UTF-16 unit becomes three bytes at most.
    this.#reserve(text.length * 3 + 1)
    this.#length += this.#buffer.write(text, this.#length, 'utf8')
    this.#buffer[this.#length++] = lineFeed
  }

  endEntry(): void {
    this.#ends.push(this.#length)
  }

  /** Hands over what was written: once. */
  finish(): CopyLines {
    return { bytes: new Uint8Array(this.#resized(this.#length)), ends: Uint32Array.from(this.#ends) }
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed > this.#buffer.length)
      this.#buffer = Buffer.from(this.#resized(Math.max(startBytes, this.#buffer.length * 2, needed)))
  }

  /** What is left behind is given back at once, and not when memory is next looked through. */
  #resized(bytes: number): ArrayBuffer {
    return (this.#buffer.buffer as ArrayBuffer).transfer(bytes)
  }
}

/** The bytes of some entries, in as few pieces as there are gaps. `entries` ascends. */
export function selectEntries({ bytes, ends }: CopyLines, entries: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = []
  let from = -1
  let to = -1
  for (const entry of entries) {
    const start = entry === 0 ? 0 : (ends[entry - 1] ?? 0)
    if (start !== to) {
      if (to > from) pieces.push(bytes.subarray(from, to))
      from = start
    }
    to = ends[entry] ?? start
  }
  if (to > from) pieces.push(bytes.subarray(from, to))
  return pieces
}

/** Lines end in a boolean column; this writes it for one entry of one line. */
export function writeLastFlag({ bytes, ends }: CopyLines, entry: number, flag: boolean): void {
  const end = ends[entry]
  if (end !== undefined) bytes[end - 2] = flag ? trueByte : falseByte
}

const trueByte = 't'.charCodeAt(0)
const falseByte = 'f'.charCodeAt(0)
