import { crc32, deflateRawSync } from 'node:zlib'

/** One entry of a zip that no decent tool would write. What is not named is as it should be. */
export type HostileEntry = {
  name: string | Buffer
  content?: string | Buffer
  /** Upper 16 bits of the external attributes: a Unix mode. */
  mode?: number
  deflated?: boolean
  /** General purpose bits beside the one for UTF-8. */
  flags?: number
  method?: number
  /** What the directory claims of size and checksum, where it is not true. */
  claimedSize?: number
  claimedChecksum?: number
  /** What stands in front of the file, where it is not what the directory says. */
  local?: { name?: string; method?: number; size?: number; flags?: number }
  /** Sizes and checksum stand behind the data; with another size if one is named. */
  descriptor?: { size?: number }
  /** Number of the entry whose bytes this one shares. */
  sharesBytesOf?: number
  /** Number of the stored entry whose content this one is, as `localFile` writes it. */
  inside?: number
  /** Extra fields of the directory. */
  extra?: { id: number; data: Buffer }[]
}

export type HostileArchive = {
  entryCount?: number
  comment?: string
  before?: Buffer
  behind?: Buffer
}

/** Writes a zip byte by byte (APPNOTE 4.3), so that every rule of it can be broken. */
export function hostileZip(entries: readonly HostileEntry[], archive: HostileArchive = {}): Buffer {
  const parts: Buffer[] = [archive.before ?? Buffer.alloc(0)]
  let offset = parts[0]?.length ?? 0
  const written: Written[] = []
  for (const entry of entries) {
    const shared = entry.sharesBytesOf === undefined ? undefined : written[entry.sharesBytesOf]
    if (shared !== undefined) {
      written.push({ ...shared, entry, name: Buffer.from(entry.name) })
      continue
    }
    const outer = entry.inside === undefined ? undefined : written[entry.inside]
    if (outer !== undefined) {
      written.push(writtenOf(entry, outer.offset + 30 + outer.name.length))
      continue
    }
    const fields = writtenOf(entry, offset)
    const bytes = localBytes(fields)
    parts.push(bytes)
    offset += bytes.length
    written.push(fields)
  }
  const directory = Buffer.concat(written.map(directoryBytes))
  const comment = Buffer.from(archive.comment ?? '')
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(archive.entryCount ?? entries.length, 8)
  end.writeUInt16LE(archive.entryCount ?? entries.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...parts, directory, end, comment, archive.behind ?? Buffer.alloc(0)])
}

/** An entry with what stands in front of it, to be the content of another. */
export function localFile(entry: HostileEntry): Buffer {
  return localBytes(writtenOf(entry, 0))
}

type Written = { entry: HostileEntry; name: Buffer; stored: Buffer; size: number; checksum: number; offset: number }

function writtenOf(entry: HostileEntry, offset: number): Written {
  const content = Buffer.from(entry.content ?? (String(entry.name).endsWith('/') ? '' : 'x'))
  return {
    entry,
    name: Buffer.from(entry.name),
    stored: entry.deflated ? deflateRawSync(content, { level: 9 }) : content,
    size: content.length,
    checksum: crc32(content),
    offset,
  }
}

function localBytes({ entry, name, stored, size, checksum }: Written): Buffer {
  const { local, descriptor } = entry
  const localName = local?.name === undefined ? name : Buffer.from(local.name)
  const bytes = Buffer.alloc(30)
  bytes.writeUInt32LE(0x04034b50, 0)
  bytes.writeUInt16LE(20, 4)
  bytes.writeUInt16LE(local?.flags ?? flagsOf(entry), 6)
  bytes.writeUInt16LE(local?.method ?? methodOf(entry), 8)
  if (descriptor === undefined) {
    sizes(bytes, 14, entry.claimedChecksum ?? checksum, stored.length, local?.size ?? entry.claimedSize ?? size)
  }
  bytes.writeUInt16LE(localName.length, 26)
  const behind = Buffer.alloc(descriptor === undefined ? 0 : 16)
  if (descriptor !== undefined) {
    behind.writeUInt32LE(0x08074b50, 0)
    sizes(behind, 4, checksum, stored.length, descriptor.size ?? size)
  }
  return Buffer.concat([bytes, localName, stored, behind])
}

function directoryBytes({ entry, name, stored, size, checksum, offset }: Written): Buffer {
  const extra = Buffer.concat(
    (entry.extra ?? []).map(({ id, data }) =>
      Buffer.concat([Buffer.from([id & 255, id >> 8, data.length & 255, data.length >> 8]), data]),
    ),
  )
  const bytes = Buffer.alloc(46)
  bytes.writeUInt32LE(0x02014b50, 0)
  // Version made by: Unix, so that the upper attributes are a mode.
  bytes.writeUInt16LE((3 << 8) | 20, 4)
  bytes.writeUInt16LE(20, 6)
  bytes.writeUInt16LE(flagsOf(entry), 8)
  bytes.writeUInt16LE(methodOf(entry), 10)
  sizes(bytes, 16, entry.claimedChecksum ?? checksum, stored.length, entry.claimedSize ?? size)
  bytes.writeUInt16LE(name.length, 28)
  bytes.writeUInt16LE(extra.length, 30)
  bytes.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38)
  bytes.writeUInt32LE(offset, 42)
  return Buffer.concat([bytes, name, extra])
}

function sizes(bytes: Buffer, at: number, checksum: number, compressed: number, unpacked: number): void {
  bytes.writeUInt32LE(checksum, at)
  bytes.writeUInt32LE(compressed, at + 4)
  bytes.writeUInt32LE(unpacked, at + 8)
}

function flagsOf({ flags, descriptor }: HostileEntry): number {
  return 0x0800 | (flags ?? 0) | (descriptor === undefined ? 0 : 8)
}

function methodOf({ method, deflated }: HostileEntry): number {
  return method ?? (deflated ? 8 : 0)
}
