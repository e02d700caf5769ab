import { createHash, type KeyObject } from 'node:crypto'

/** Keys are asked for their fingerprints over and over. */
const fingerprints = new WeakMap<KeyObject, string>()

/** Hexadecimal SHA-256 of a key's SPKI, whole: a key id is its first 16 characters, which is too little to trust somebody by. */
export function fingerprintOf(key: KeyObject): string {
  const known = fingerprints.get(key)
  if (known !== undefined) return known
  const spki = key.export({ type: 'spki', format: 'der' })
  const fingerprint = createHash('sha256').update(spki).digest('hex')
  fingerprints.set(key, fingerprint)
  return fingerprint
}
