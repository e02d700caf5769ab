import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Entry, fromBuffer, type ZipFile } from 'yauzl'
import { entrySegments, foldedName } from './entry-name.ts'

/** Bounds of one package (S14). */
export const unpackLimits = {
  entriesMax: 20_000,
  totalBytesMax: 1024 * 1024 * 1024,
  ratioMax: 100,
  /** Small files may compress better than the ratio allows, and harm nobody. */
  ratioFreeBytes: 1024 * 1024,
} as const

/** The package itself is at fault; the message completes "the package is refused: it holds …". */
export class PackageRefused extends Error {
  override name = 'PackageRefused'
}

/** Unpacks the one top-level folder `topFolder` of a zip into `target`, which must exist and be empty. */
export async function unpack(zip: Buffer, topFolder: string, target: string): Promise<void> {
  const file = await openZip(zip)
  try {
    const plan = await planOf(file, topFolder)
    for (const { entry, segments } of plan) await writeEntry(file, entry, join(target, ...segments), isFolder(entry))
  } finally {
    file.close()
  }
}

type PlannedEntry = { entry: Entry; segments: string[] }

/** Judges every entry before the first byte is written. */
async function planOf(file: ZipFile, topFolder: string): Promise<PlannedEntry[]> {
  const plan: PlannedEntry[] = []
  const claimed: ClaimedPaths = new Map()
  let totalBytes = 0
  for await (const entry of entriesOf(file)) {
    if (plan.length >= unpackLimits.entriesMax) throw new PackageRefused(`more than ${unpackLimits.entriesMax} entries`)
    const segments = entrySegments(entry.fileName)
    if ('refused' in segments) throw new PackageRefused(segments.refused)
    refuseSpecial(entry)
    totalBytes += entry.uncompressedSize
    if (totalBytes > unpackLimits.totalBytesMax) throw new PackageRefused('more than 1 GB of files')
    const allowed = Math.max(unpackLimits.ratioFreeBytes, entry.compressedSize * unpackLimits.ratioMax)
    if (entry.uncompressedSize > allowed)
      throw new PackageRefused(`a file compressed more than ${unpackLimits.ratioMax} times`)
    if (segments[0] !== topFolder) throw new PackageRefused(`something outside the folder ${topFolder}`)
    const inside = segments.slice(1)
    if (inside.length === 0 && !isFolder(entry)) throw new PackageRefused('a file where its top folder should be')
    claim(claimed, inside, isFolder(entry) ? 'folder' : 'file')
    if (inside.length > 0) plan.push({ entry, segments: inside })
  }
  if (plan.length === 0) throw new PackageRefused('no files')
  return plan
}

/** By folded name: how it was first spelt, and what it is. */
type ClaimedPaths = Map<string, { spelling: string; kind: 'file' | 'folder' }>

/** Notes a path and its parents; a path twice, in another case, or as file and folder at once is refused. */
function claim(claimed: ClaimedPaths, segments: string[], kind: 'file' | 'folder'): void {
  for (let length = 1; length <= segments.length; length += 1) {
    const path = segments.slice(0, length)
    const spelling = path.join('/')
    const wanted = length < segments.length ? 'folder' : kind
    const known = claimed.get(foldedName(path))
    if (known && (known.spelling !== spelling || known.kind !== 'folder' || wanted !== 'folder')) {
      throw new PackageRefused(`two entries for the path ${spelling}`)
    }
    claimed.set(foldedName(path), { spelling, kind: wanted })
  }
}

function refuseSpecial(entry: Entry): void {
  if (entry.isEncrypted()) throw new PackageRefused('an encrypted entry')
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) throw new PackageRefused('an unknown compression')
  // Upper 16 bits: the Unix mode, where the maker wrote one. Anything but file and folder is a link or device.
  const type = (entry.externalFileAttributes >>> 16) & 0o170000
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) throw new PackageRefused('a link or a special file')
  if (type === 0o040000 && !isFolder(entry)) throw new PackageRefused('a folder without a closing slash')
}

async function writeEntry(file: ZipFile, entry: Entry, path: string, folder: boolean): Promise<void> {
  mkdirSync(folder ? path : dirname(path), { recursive: true, mode: 0o755 })
  if (folder) return
  const executable = ((entry.externalFileAttributes >>> 16) & 0o111) !== 0
  const { promise, resolve, reject } = Promise.withResolvers<NodeJS.ReadableStream>()
  file.openReadStream(entry, (error, stream) => (stream ? resolve(stream) : reject(error)))
  // wx: nothing that is there already is ever written through.
  await pipeline(
    await promise,
    boundedTo(entry.uncompressedSize),
    createWriteStream(path, { flags: 'wx', mode: executable ? 0o555 : 0o444 }),
  )
}

/** The sizes in a zip are its maker's claims. yauzl checks them as well; this bound is ours. */
function boundedTo(bytesMax: number): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      done(bytes > bytesMax ? new PackageRefused('a file larger than it claims') : null, chunk)
    },
  })
}

function isFolder(entry: Entry): boolean {
  return entry.fileName.endsWith('/')
}

function openZip(zip: Buffer): Promise<ZipFile> {
  const { promise, resolve, reject } = Promise.withResolvers<ZipFile>()
  fromBuffer(zip, { lazyEntries: true, strictFileNames: true, validateEntrySizes: true }, (error, file) =>
    file ? resolve(file) : reject(new PackageRefused('something that is not a zip file', { cause: error })),
  )
  return promise
}

async function* entriesOf(file: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const { promise, resolve, reject } = Promise.withResolvers<Entry | undefined>()
    const onEntry = (entry: Entry) => resolve(entry)
    const onEnd = () => resolve(undefined)
    // yauzl itself refuses absolute paths, `..` and backslashes, and zip files whose directory does not fit together.
    const onError = (error: Error) =>
      reject(new PackageRefused(`something that is refused: ${error.message}`, { cause: error }))
    file.once('entry', onEntry).once('end', onEnd).once('error', onError)
    file.readEntry()
    try {
      const entry = await promise
      if (!entry) return
      yield entry
    } finally {
      file.off('entry', onEntry).off('end', onEnd).off('error', onError)
    }
  }
}
