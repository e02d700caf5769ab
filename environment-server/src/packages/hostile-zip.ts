import { crc32, deflateRawSync } from 'node:zlib'

/** One entry of a zip that no decent tool would write. */
export type HostileEntry = {
  name: string
  content?: Buffer
  /** Upper 16 bits of the external attributes: a Unix mode. */
  mode?: number
  /** What the directory claims, where it is not true. */
  claimedSize?: number
  deflated?: boolean
  encrypted?: boolean
}

/** Writes a zip byte by byte (APPNOTE 4.3), so that tests can break every rule of it. */
export function hostileZip(entries: readonly HostileEntry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const name = Buffer.from(entry.name)
    const content = entry.content ?? Buffer.from('x')
    const stored = entry.deflated ? deflateRawSync(content, { level: 9 }) : content
    const fields = { name, stored, size: entry.claimedSize ?? content.length, crc: crc32(content), entry, offset }
    const local = header(fields, false)
    parts.push(local, name, stored)
    directory.push(header(fields, true), name)
    offset += local.length + name.length + stored.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, central, end])
}

type Fields = { name: Buffer; stored: Buffer; size: number; crc: number; entry: HostileEntry; offset: number }

function header({ name, stored, size, crc, entry, offset }: Fields, central: boolean): Buffer {
  const bytes = Buffer.alloc(central ? 46 : 30)
  // The central header has one field more before those that both have.
  const shift = central ? 2 : 0
  bytes.writeUInt32LE(central ? 0x02014b50 : 0x04034b50, 0)
  // Version made by: Unix, so that the upper attributes are a mode.
  if (central) bytes.writeUInt16LE((3 << 8) | 20, 4)
  bytes.writeUInt16LE(20, 4 + shift)
  bytes.writeUInt16LE(0x0800 | (entry.encrypted ? 1 : 0), 6 + shift)
  bytes.writeUInt16LE(entry.deflated ? 8 : 0, 8 + shift)
  bytes.writeUInt32LE(crc, 14 + shift)
  bytes.writeUInt32LE(stored.length, 18 + shift)
  bytes.writeUInt32LE(size, 22 + shift)
  bytes.writeUInt16LE(name.length, 26 + shift)
  if (central) {
    bytes.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38)
    bytes.writeUInt32LE(offset, 42)
  }
  return bytes
}
