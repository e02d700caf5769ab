import { PackageFault } from './package-fault.ts'
import type { ZipEntry } from './package-plan.ts'
import { shownName } from './package-path.ts'

const localHeaderBytes = 30
const localHeaderSignature = 0x04034b50
const endSignature = 0x06054b50
const descriptorSignature = 0x08074b50
const unicodePathField = 0x7075
/** General purpose bits (APPNOTE 4.4.4): encrypted, sizes behind the data, strong encryption, UTF-8. Others tune a compressor. */
const flagsThatMatter = 0b0000_1000_0100_1001
const descriptorFollows = 0b1000

/**
 * A zip says everything of a file twice: in its directory, and in front of the file. Programs differ in which they believe, so a
 * package that says two things is one for the reader who checks it and another for the one who runs it. Nor may two files share
 * bytes: a bomb needs that, and nobody else.
 * @throws PackageFault
 */
export function requireOwnBytes(zip: Uint8Array, named: readonly { name: string; entry: ZipEntry }[]): void {
  const regions = named.map(({ name, entry }) => ({
    name,
    begin: entry.relativeOffsetOfLocalHeader,
    end: endOf(zip, name, entry),
  }))
  regions.sort((a, b) => a.begin - b.begin)
  const first = regions[0]
  if (first !== undefined && first.begin > 0) {
    throw new PackageFault('it begins with something that is no part of the zip.')
  }
  for (const [index, { name, end }] of regions.entries()) {
    const next = regions[index + 1]
    if (next !== undefined && next.begin < end) {
      throw new PackageFault(`${shownName(name)} and ${shownName(next.name)} share bytes of the file.`)
    }
  }
  requireOneEnd(zip, regions.at(-1)?.end ?? 0)
}

/** Programs look for the end of the directory from behind, and do not agree on where to stop. */
function requireOneEnd(zip: Uint8Array, from: number): void {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength)
  let ends = 0
  for (let at = from; at + 4 <= zip.length; at += 1) if (view.getUint32(at, true) === endSignature) ends += 1
  if (ends !== 1) throw new PackageFault('it holds a second directory, in its comment or beside its own.')
}

/** Compares both descriptions of one file, and says where its bytes end. */
function endOf(zip: Uint8Array, name: string, entry: ZipEntry): number {
  const begin = entry.relativeOffsetOfLocalHeader
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength)
  if (begin + localHeaderBytes > zip.length || view.getUint32(begin, true) !== localHeaderSignature) {
    throw new PackageFault(`${shownName(name)} is not where the directory says.`)
  }
  const nameBytes = view.getUint16(begin + 26, true)
  const nameBegin = begin + localHeaderBytes
  const dataEnd = nameBegin + nameBytes + view.getUint16(begin + 28, true) + entry.compressedSize
  if (dataEnd > zip.length) throw new PackageFault(`${shownName(name)} reaches beyond the end of the file.`)
  const localName = zip.subarray(nameBegin, nameBegin + nameBytes)
  if (!isEqual(localName, entry.fileNameRaw) || !isOnlyName(entry)) {
    throw new PackageFault(`${shownName(name)} has another name elsewhere in the file.`)
  }
  const flags = view.getUint16(begin + 6, true)
  if (
    ((flags ^ entry.generalPurposeBitFlag) & flagsThatMatter) !== 0 ||
    view.getUint16(begin + 8, true) !== entry.compressionMethod
  ) {
    throw new PackageFault(`${shownName(name)} is described in two ways: as compressed or encrypted, and not.`)
  }
  const isBehind = (flags & descriptorFollows) !== 0
  if (!isDescribedAlike(view, isBehind ? descriptorAt(view, dataEnd) : begin + 14, entry, isBehind)) {
    throw new PackageFault(`${shownName(name)} is described in two ways: with different sizes or checksums.`)
  }
  return dataEnd
}

/** The field by which old programs give a name in Unicode beside one in their own code page. */
function isOnlyName({ extraFields, fileNameRaw }: ZipEntry): boolean {
  return extraFields.every(({ id, data }) => id !== unicodePathField || isEqual(data.subarray(5), fileNameRaw))
}

/** The signature in front of a descriptor is optional (APPNOTE 4.3.9.3). */
function descriptorAt(view: DataView, dataEnd: number): number {
  return dataEnd + 4 <= view.byteLength && view.getUint32(dataEnd, true) === descriptorSignature ? dataEnd + 4 : dataEnd
}

/** Checksum, compressed and unpacked size, as they stand in a row in headers and descriptors; all ones refer to 64-bit fields. */
function isDescribedAlike(
  view: DataView,
  at: number,
  { crc32, compressedSize, uncompressedSize }: ZipEntry,
  isBehind: boolean,
): boolean {
  if (at + 12 > view.byteLength || view.getUint32(at, true) !== crc32) return false
  const compressed = view.getUint32(at + 4, true)
  if (compressed === 0xffff_ffff) return true
  if (compressed !== compressedSize) return false
  const unpacked = view.getUint32(at + 8, true)
  // Of a descriptor with 64-bit sizes this is the upper half of the first.
  return unpacked === uncompressedSize || (isBehind && unpacked === 0)
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}
