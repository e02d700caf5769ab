/** Oid of PostgreSQL's type uuid. */
const uuidOid = 2950
const headerBytes = 20
const idBytes = 16
/** Each id has its length before it. */
const elementBytes = 4 + idBytes

/**
 * A uuid[] in PostgreSQL's binary form (array_recv), which it takes in a fifth of the time that text takes.
 * @param hexes 32 hexadecimal digits each
 */
export function uuidArray(hexes: readonly string[]): Uint8Array<ArrayBuffer> {
  const ids = Buffer.from(hexes.join(''), 'hex')
  const bytes = Buffer.from(new ArrayBuffer(hexes.length === 0 ? 12 : headerBytes + hexes.length * elementBytes))
  bytes.writeInt32BE(hexes.length === 0 ? 0 : 1, 0) // dimensions
  bytes.writeInt32BE(0, 4) // no element is null
  bytes.writeInt32BE(uuidOid, 8)
  if (hexes.length === 0) return bytes
  bytes.writeInt32BE(hexes.length, 12)
  bytes.writeInt32BE(1, 16) // subscript of the first
  for (let from = 0, at = headerBytes; from < ids.length; from += idBytes, at += elementBytes) {
    bytes.writeInt32BE(idBytes, at)
    bytes.set(ids.subarray(from, from + idBytes), at + 4)
  }
  return bytes
}
