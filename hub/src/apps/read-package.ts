import { crc32 } from 'node:zlib'
import { type Entry, fromBufferPromise, getFileNameLowLevel, type ZipFile } from 'yauzl'
import { ClaimedPaths, entryPath, isProgramName } from './entry-path.ts'
import { packageLimits } from './package-limits.ts'
import { mainFiles, type PackageManifest, readManifest } from './package-manifest.ts'
import { PackageRefused } from './package-refused.ts'
import { sha256Of } from './sha256-of.ts'

/** A package that was read whole: everything in it can be unpacked, and nothing in it can be unpacked elsewhere. */
export type ReadPackage = PackageManifest & {
  sha256: string
  bytes: number
  /** `<name>_<version>`, the one top-level folder: the app's identity. */
  programName: string
}

/**
 * Reads a `.tcx` (T17, T18). Every entry is judged by the directory of the zip first, then unpacked into nothing, so that what
 * environment servers fetch later is known to be whole.
 * @throws PackageRefused with its own reason for each thing that can be wrong
 */
export async function readPackage(content: Buffer): Promise<ReadPackage> {
  const zip = await openZip(content)
  try {
    const { entries, claimed, programName } = await plan(zip, content.length)
    const manifests = new Map<string, Buffer>()
    for (const { entry, path } of entries) {
      const isManifest = path === `${programName}/install.json` || path === `${programName}/postern.json`
      const bytes = await unpack(zip, entry, path, isManifest)
      if (bytes !== undefined) manifests.set(path, bytes)
    }
    const install = manifests.get(`${programName}/install.json`)
    if (install === undefined) throw new PackageRefused(`there is no install.json in its folder ${programName}.`)
    const manifest = readManifest(install, manifests.get(`${programName}/postern.json`))
    requireMain(manifest, claimed, programName)
    return { ...manifest, sha256: await sha256Of(content), bytes: content.length, programName }
  } finally {
    zip.close()
  }
}

type Plan = { entries: { entry: Entry; path: string }[]; claimed: ClaimedPaths; programName: string }

async function plan(zip: ZipFile, packageBytes: number): Promise<Plan> {
  if (zip.entryCount > packageLimits.entriesMax) {
    throw new PackageRefused(`it holds more than ${packageLimits.entriesMax} entries.`)
  }
  const entries: Plan['entries'] = []
  const claimed = new ClaimedPaths()
  const folders = new Set<string>()
  let unpackedBytes = 0
  for await (const entry of entriesOf(zip)) {
    const name = nameOf(entry)
    const segments = entryPath(name)
    const isFolder = name.endsWith('/')
    refuseSpecial(entry, name, isFolder)
    unpackedBytes += entry.uncompressedSize
    refuseBomb(entry, name, unpackedBytes, packageBytes)
    claimed.claim(segments, isFolder ? 'folder' : 'file')
    // entryPath gives at least one segment.
    folders.add(segments[0] ?? '')
    if (segments.length === 1 && !isFolder) {
      throw new PackageRefused(
        `the file "${name}" lies beside the app's folder; everything belongs into the one folder.`,
      )
    }
    if (!isFolder) entries.push({ entry, path: segments.join('/') })
  }
  return { entries, claimed, programName: onlyFolder(folders) }
}

function onlyFolder(folders: ReadonlySet<string>): string {
  const [programName, ...others] = folders
  if (programName === undefined) throw new PackageRefused('it is empty.')
  if (others.length > 0) {
    throw new PackageRefused(
      `it holds ${folders.size} top-level folders (${[...folders].slice(0, 3).join(', ')}) instead of one.`,
    )
  }
  if (!isProgramName(programName)) {
    throw new PackageRefused(
      `its folder "${programName.slice(0, 100)}" is not named <name>_v<version>, from letters, digits, "_", "-" and ".".`,
    )
  }
  return programName
}

function requireMain(manifest: PackageManifest, claimed: ClaimedPaths, programName: string): void {
  const candidates = mainFiles(manifest)
  if (candidates === undefined || candidates.some((file) => claimed.hasFile(`${programName}/${file}`))) return
  throw new PackageRefused(`install.json names the program "${manifest.install.programMain}", which is not in it.`)
}

function refuseSpecial(entry: Entry, name: string, isFolder: boolean): void {
  if (entry.isEncrypted()) throw new PackageRefused(`"${name}" is encrypted.`)
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    throw new PackageRefused(`"${name}" is compressed by method ${entry.compressionMethod}; use deflate or none.`)
  }
  // Upper 16 bits: the Unix mode, where the maker wrote one.
  const type = (entry.externalFileAttributes >>> 16) & 0o170000
  if (type === 0o120000) throw new PackageRefused(`"${name}" is a link; put the file itself into the package.`)
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) throw new PackageRefused(`"${name}" is a device or a pipe.`)
  if (type === 0o040000 && !isFolder) throw new PackageRefused(`"${name}" is a folder without a closing slash.`)
  if (isFolder && entry.uncompressedSize > 0) throw new PackageRefused(`the folder "${name}" has content.`)
}

function refuseBomb(entry: Entry, name: string, unpackedBytes: number, packageBytes: number): void {
  if (unpackedBytes > packageLimits.unpackedBytesMax) throw new PackageRefused('it unpacks to more than 1 GB.')
  const { ratioMax, ratioFreeBytes } = packageLimits
  if (entry.uncompressedSize > Math.max(ratioFreeBytes, entry.compressedSize * ratioMax)) {
    throw new PackageRefused(`"${name}" is compressed more than ${ratioMax} times.`)
  }
  // Entries may overlap in the file and then share their compressed bytes, so the whole is measured as well.
  if (unpackedBytes > Math.max(ratioFreeBytes, packageBytes * ratioMax)) {
    throw new PackageRefused(`it unpacks to more than ${ratioMax} times its size.`)
  }
}

/** Reads one file to its end and compares size and checksum. Keeps the bytes only of what `isManifest` says. */
async function unpack(zip: ZipFile, entry: Entry, path: string, isManifest: boolean): Promise<Buffer | undefined> {
  if (isManifest && entry.uncompressedSize > packageLimits.manifestBytesMax) {
    throw new PackageRefused(`"${path}" is larger than 1 MB.`)
  }
  const kept: Buffer[] = []
  let bytes = 0
  let checksum = 0
  try {
    for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      // The sizes in a zip are its maker's claims: yauzl ends a stream that goes beyond, and so does this.
      if (bytes > entry.uncompressedSize) break
      checksum = crc32(chunk, checksum)
      if (isManifest) kept.push(chunk)
    }
  } catch (error) {
    throw new PackageRefused(`"${path}" cannot be unpacked; the file is damaged or lies about its size.`, {
      cause: error,
    })
  }
  if (bytes !== entry.uncompressedSize || checksum !== entry.crc32) {
    throw new PackageRefused(`"${path}" does not match its checksum; the file is damaged.`)
  }
  return isManifest ? Buffer.concat(kept) : undefined
}

function nameOf(entry: Entry): string {
  try {
    return getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true)
  } catch (error) {
    throw new PackageRefused('an entry has a name that cannot be decoded.', { cause: error })
  }
}

async function openZip(content: Buffer): Promise<ZipFile> {
  try {
    return await fromBufferPromise(content, {
      lazyEntries: true,
      autoClose: false,
      decodeStrings: false,
      validateEntrySizes: true,
    })
  } catch (error) {
    throw new PackageRefused('it is not a zip file, or one that is cut off.', { cause: error })
  }
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  try {
    yield* zip.eachEntry()
  } catch (error) {
    if (error instanceof PackageRefused) throw error
    throw new PackageRefused(`its directory does not fit together (${messageOf(error)}).`, { cause: error })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : 'unreadable'
}
