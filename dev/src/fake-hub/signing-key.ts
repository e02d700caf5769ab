import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** An Ed25519 key as hubs and publishers have them (D7). */
export class SigningKey {
  readonly #privateKey: KeyObject
  /** SPKI PEM, as a bundle pins it. */
  readonly publicKey: string
  /** First 16 hexadecimal characters of the SPKI's SHA-256. */
  readonly keyId: string

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    this.#privateKey = privateKey
    this.publicKey = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const spki = publicKey.export({ type: 'spki', format: 'der' })
    this.keyId = createHash('sha256').update(spki).digest('hex').slice(0, 16)
  }

  sign(bytes: Uint8Array): string {
    return sign(null, bytes, this.#privateKey).toString('base64')
  }
}
