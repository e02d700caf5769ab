import { openPackage, PackageFault, packageZipOptions, shownName } from '@postern/protocol'
import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Transform, type TransformCallback } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import { type Entry, fromBufferPromise, getFileNameLowLevel, type ZipFile } from 'yauzl'

const zipReader = {
  open: (content: Buffer) => fromBufferPromise(content, packageZipOptions),
  nameOf: ({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry) =>
    getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true),
}

/** Unpacks the one top-level folder `programName` of a zip into `target`, which must exist and be empty. */
export async function unpack(zip: Buffer, programName: string, target: string): Promise<void> {
  const { zip: file, plan } = await openPackage(zip, zipReader)
  try {
    if (plan.programName !== programName) {
      throw new PackageFault(
        `its folder ${shownName(plan.programName)} is not ${programName}, which the command names.`,
      )
    }
    for (const { entry, segments, isFolder } of plan.entries) {
      await writeEntry(file, entry, join(target, ...segments.slice(1)), isFolder, segments.join('/'))
    }
  } finally {
    file.close()
  }
}

async function writeEntry(file: ZipFile, entry: Entry, path: string, isFolder: boolean, name: string): Promise<void> {
  mkdirSync(isFolder ? path : dirname(path), { recursive: true, mode: 0o755 })
  if (isFolder) return
  const executable = ((entry.externalFileAttributes >>> 16) & 0o111) !== 0
  const check = new CheckedSize(entry)
  try {
    // wx: nothing that is there already is ever written through.
    const output = createWriteStream(path, { flags: 'wx', mode: executable ? 0o555 : 0o444 })
    await pipeline(await file.openReadStreamPromise(entry), check, output)
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw error
    throw new PackageFault(`${shownName(name)} cannot be unpacked; the file is damaged or lies about its size.`, {
      cause: error,
    })
  }
  if (!check.isWhole) throw new PackageFault(`${shownName(name)} does not match its checksum; the file is damaged.`)
}

/** The sizes in a zip are its maker's claims. yauzl checks them as well; this bound is ours. */
class CheckedSize extends Transform {
  readonly #entry: Entry
  #bytes = 0
  #checksum = 0

  constructor(entry: Entry) {
    super()
    this.#entry = entry
  }

  get isWhole(): boolean {
    return this.#bytes === this.#entry.uncompressedSize && this.#checksum === this.#entry.crc32
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += chunk.length
    this.#checksum = crc32(chunk, this.#checksum)
    done(this.#bytes > this.#entry.uncompressedSize ? new Error('larger than it claims') : null, chunk)
  }
}
