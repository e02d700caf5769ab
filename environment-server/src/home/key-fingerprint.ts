import { createHash, type KeyObject } from 'node:crypto'

/** Hexadecimal SHA-256 of a key's SPKI, whole: a key id is its first 16 characters, which is too little to trust somebody by. */
export function fingerprintOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
}
