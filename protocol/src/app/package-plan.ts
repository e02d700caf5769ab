import { ClaimedPaths } from './claimed-paths.ts'
import { PackageFault } from './package-fault.ts'
import { packageLimits } from './package-limits.ts'
import { isProgramName, packagePath, shownName } from './package-path.ts'
import { requireOwnBytes } from './zip-layout.ts'

/** An entry as the directory of a zip describes it; the names are yauzl's. */
export type ZipEntry = {
  fileNameRaw: Uint8Array
  extraFields: readonly { id: number; data: Uint8Array }[]
  compressedSize: number
  uncompressedSize: number
  compressionMethod: number
  crc32: number
  generalPurposeBitFlag: number
  externalFileAttributes: number
  relativeOffsetOfLocalHeader: number
}

/** One file or folder of a package that may be unpacked: below a folder of the package's own, and nowhere else. */
export type PlannedEntry<Entry> = { entry: Entry; segments: readonly string[]; isFolder: boolean }

export type PackagePlan<Entry> = {
  /** `<name>_<version>`: the one top-level folder, which all segments begin with. */
  programName: string
  entries: readonly PlannedEntry<Entry>[]
  paths: ClaimedPaths
}

/**
 * Judges all entries of a package by the directory of the zip, before the first is unpacked (S14). The hub and environment servers
 * both ask, for neither trusts the other; both say the same of the same file.
 * @param named entries with their decoded names, at most `packageLimits.entriesMax`
 * @throws PackageFault with a reason of its own for each thing that can be wrong
 */
export function planPackage<Entry extends ZipEntry>(
  named: readonly { name: string; entry: Entry }[],
  zip: Uint8Array,
): PackagePlan<Entry> {
  const paths = new ClaimedPaths()
  const folders = new Set<string>()
  const entries: PlannedEntry<Entry>[] = []
  let unpackedBytes = 0
  for (const { name, entry } of named) {
    const segments = packagePath(name)
    const isFolder = name.endsWith('/')
    refuseSpecial(entry, shownName(name), isFolder)
    unpackedBytes += entry.uncompressedSize
    refuseBomb(entry, shownName(name), unpackedBytes, zip.length)
    paths.claim(segments, isFolder ? 'folder' : 'file')
    // packagePath gives at least one segment.
    folders.add(segments[0] ?? '')
    if (segments.length === 1 && !isFolder) {
      throw new PackageFault(
        `the file ${shownName(name)} lies beside the app's folder; everything belongs into the one folder.`,
      )
    }
    entries.push({ entry, segments, isFolder })
  }
  requireOwnBytes(zip, named)
  return { entries, paths, programName: onlyFolder(folders) }
}

function onlyFolder(folders: ReadonlySet<string>): string {
  const [programName, ...others] = folders
  if (programName === undefined) throw new PackageFault('it is empty.')
  if (others.length > 0) {
    throw new PackageFault(
      `it holds ${folders.size} top-level folders (${[...folders].slice(0, 3).join(', ')}) instead of one.`,
    )
  }
  if (!isProgramName(programName)) {
    throw new PackageFault(
      `its folder ${shownName(programName)} is not named <name>_v<version>, from letters, digits, "_", "-" and ".".`,
    )
  }
  return programName
}

function refuseSpecial(entry: ZipEntry, shown: string, isFolder: boolean): void {
  if ((entry.generalPurposeBitFlag & 1) !== 0) throw new PackageFault(`${shown} is encrypted.`)
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
    throw new PackageFault(`${shown} is compressed by method ${entry.compressionMethod}; use deflate or none.`)
  }
  // Upper 16 bits: the Unix mode, where the maker wrote one.
  const type = (entry.externalFileAttributes >>> 16) & 0o170000
  if (type === 0o120000) throw new PackageFault(`${shown} is a link; put the file itself into the package.`)
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) {
    throw new PackageFault(`${shown} is a device, a pipe or another special file.`)
  }
  if (type === 0o040000 && !isFolder) throw new PackageFault(`${shown} is a folder without a closing slash.`)
  if (isFolder && entry.uncompressedSize > 0) throw new PackageFault(`the folder ${shown} has content.`)
}

function refuseBomb(entry: ZipEntry, shown: string, unpackedBytes: number, packageBytes: number): void {
  const { ratioMax, ratioFreeBytes, unpackedBytesMax } = packageLimits
  if (unpackedBytes > unpackedBytesMax) throw new PackageFault('it unpacks to more than 1 GB.')
  if (entry.uncompressedSize > Math.max(ratioFreeBytes, entry.compressedSize * ratioMax)) {
    throw new PackageFault(`${shown} is compressed more than ${ratioMax} times.`)
  }
  if (unpackedBytes > Math.max(ratioFreeBytes, packageBytes * ratioMax)) {
    throw new PackageFault(`it unpacks to more than ${ratioMax} times its size.`)
  }
}
