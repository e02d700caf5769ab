import { TarFault } from './tar-fault.ts'

/** What an archive may say beside the header of a file, such as a long name: its reader would hold 8 MB of that at once. */
const metadataBytesMax = 64 * 1024

const blockBytes = 512
/** Letters of entries that say something of the next one, or of all: PAX's, and GNU's for long names. */
const saying = 'xgLK'
/** Letters of links, devices and folders, which are their header and no more, whatever size it names. */
const bodiless = '123456'

/**
 * The same archive, as long as what it says beside its headers is short. What is damaged is left to its reader.
 * @throws TarFault before the reader is given what is too long
 */
export async function* withShortMetadata(archive: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const watch = new HeaderWatch()
  for await (const piece of archive) {
    watch.pass(piece)
    yield piece
  }
}

/** Goes from header to header. */
class HeaderWatch {
  #at: 'header' | 'said' | 'content' | 'end' = 'header'
  /** Bytes of it still to come. */
  #missing = blockBytes
  readonly #parts: Buffer[] = []

  pass(piece: Buffer): void {
    for (let from = 0; from < piece.length && this.#at !== 'end';) {
      const part = piece.subarray(from, from + this.#missing)
      from += part.length
      this.#missing -= part.length
      if (this.#at !== 'content') this.#parts.push(part)
      if (this.#missing === 0) this.#goOn(Buffer.concat(this.#parts.splice(0)))
    }
  }

  #goOn(whole: Buffer): void {
    const header = this.#at === 'header' ? readHeader(whole) : { letter: '', bytes: 0 }
    // Its reader takes a size that a record names in place of the header's, and would find the next header elsewhere.
    if (this.#at === 'said' && whole.includes(' size='))
      throw new TarFault('it says the size of a file beside its header.')
    if (header === undefined) {
      this.#at = 'end'
      return
    }
    const { letter, bytes } = header
    const isSaying = letter !== '' && saying.includes(letter)
    if (isSaying && bytes > metadataBytesMax)
      throw new TarFault(`it says more than ${metadataBytesMax} bytes beside the header of a file.`)
    this.#at = bytes === 0 ? 'header' : isSaying ? 'said' : 'content'
    this.#missing = bytes === 0 ? blockBytes : Math.ceil(bytes / blockBytes) * blockBytes
  }
}

/** Nothing at the archive's end, and where it is none. */
function readHeader(block: Buffer): { letter: string; bytes: number } | undefined {
  if (block.every((byte) => byte === 0)) return undefined
  const letter = String.fromCharCode(block[156] ?? 0)
  const bytes = readSize(block.subarray(124, 136))
  if (bytes === undefined) return undefined
  return { letter, bytes: bodiless.includes(letter) ? 0 : bytes }
}

/** Octal digits, or a number as it is, marked by the highest bit. */
function readSize(field: Buffer): number | undefined {
  const [first = 0, ...others] = field
  if (first >= 0x80) return others.reduce((size, byte) => size * 256 + byte, first - 0x80)
  const digits = field.toString('latin1').replace(/\0.*$/s, '').replaceAll(' ', '')
  if (!/^[0-7]*$/.test(digits)) return undefined
  return digits === '' ? 0 : Number.parseInt(digits, 8)
}
