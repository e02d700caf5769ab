import { createHash, createPublicKey, type KeyObject } from 'node:crypto'

/**
 * Hexadecimal SHA-256 of a key's SPKI, whole: a key id is its first 16 characters, which is too little to trust somebody by.
 * @param publicKey a key, or its PEM
 */
export function keyFingerprint(publicKey: KeyObject | string): string {
  const key = typeof publicKey === 'string' ? createPublicKey(publicKey) : publicKey
  return createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('hex')
}
