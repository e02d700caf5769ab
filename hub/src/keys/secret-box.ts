import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const saltBytes = 16
const tagBytes = 16

/**
 * Seals under the hub's secret key: HKDF-SHA256 with a random salt gives each box a key of its own for ChaCha20-Poly1305.
 * `context` is bound to the box, so that one sealed for one row cannot be put into another.
 */
export class SecretBox {
  readonly #key: Buffer

  /** @param key 32 random bytes, the same on every hub of a database (D7) */
  constructor(key: Buffer) {
    if (key.length !== 32) throw new Error(`the hub's secret key has ${key.length} bytes instead of 32`)
    this.#key = key
  }

  seal(plain: Buffer, context: string): Buffer {
    const salt = randomBytes(saltBytes)
    const cipher = createCipheriv('chacha20-poly1305', this.#boxKey(salt), Buffer.alloc(12), {
      authTagLength: tagBytes,
    })
    cipher.setAAD(Buffer.from(context), { plaintextLength: plain.length })
    return Buffer.concat([salt, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }

  open(sealed: Buffer, context: string): Buffer {
    const salt = sealed.subarray(0, saltBytes)
    const body = sealed.subarray(saltBytes, -tagBytes)
    const decipher = createDecipheriv('chacha20-poly1305', this.#boxKey(salt), Buffer.alloc(12), {
      authTagLength: tagBytes,
    })
    decipher.setAAD(Buffer.from(context), { plaintextLength: body.length })
    decipher.setAuthTag(sealed.subarray(-tagBytes))
    try {
      return Buffer.concat([decipher.update(body), decipher.final()])
    } catch (error) {
      throw new Error(
        `What is sealed for ${context} does not open with this hub's secret key. Every hub of one database needs the same key file.`,
        { cause: error },
      )
    }
  }

  #boxKey(salt: Buffer): Buffer {
    return Buffer.from(hkdfSync('sha256', this.#key, salt, 'postern secret box v1', 32))
  }
}
