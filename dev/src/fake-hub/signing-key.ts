import {
  type KeyRevocation,
  keyRevocationMessage,
  type KeySuccession,
  keySuccessionMessage,
  type RotatedPurpose,
} from '@postern/protocol'
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** An Ed25519 key as hubs and publishers have them (D7). */
export class SigningKey {
  readonly #privateKey: KeyObject
  /** SPKI PEM, as a bundle pins it. */
  readonly publicKey: string
  /** Hexadecimal SHA-256 of its SPKI. */
  readonly fingerprint: string
  /** Its first 16 characters. */
  readonly keyId: string

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    this.#privateKey = privateKey
    this.publicKey = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const spki = publicKey.export({ type: 'spki', format: 'der' })
    this.fingerprint = createHash('sha256').update(spki).digest('hex')
    this.keyId = this.fingerprint.slice(0, 16)
  }

  sign(bytes: Uint8Array): string {
    return sign(null, bytes, this.#privateKey).toString('base64')
  }

  /** Its word on the key that follows it. */
  succession(purpose: RotatedPurpose, { publicKey }: SigningKey, predecessorEndsAt: string): KeySuccession {
    const said = { purpose, predecessorId: this.keyId, publicKey, predecessorEndsAt }
    return { ...said, signature: this.sign(Buffer.from(keySuccessionMessage(said))) }
  }

  /** Its word that it was revoked; or, of another key, what only that one could say. */
  revocation(revokedAt: string, followers: readonly SigningKey[], { keyId }: SigningKey = this): KeyRevocation {
    const said = { keyId, revokedAt, followerIds: followers.map((each) => each.keyId) }
    return { ...said, signature: this.sign(Buffer.from(keyRevocationMessage(said))) }
  }
}
