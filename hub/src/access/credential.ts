import { createHash, randomBytes } from 'node:crypto'

/** A credential of 256 random bits, shown once; only its hash is stored. */
export function newCredential(prefix: string): { token: string; sha256: Buffer } {
  const token = `${prefix}${randomBytes(32).toString('base64url')}`
  return { token, sha256: hashCredential(token) }
}

export function hashCredential(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
