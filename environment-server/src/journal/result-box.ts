import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { HeldAttempt } from '@postern/protocol'

const cipher = 'chacha20-poly1305'
const nonceBytes = 12
const tagBytes = 16

/**
 * Seals results on their way through the journal: the values that an app keeps for its next run may be its new secrets (D9). The
 * key comes from a secret of the keychain, so the file alone is worth nothing (ES-10).
 */
export class ResultBox {
  readonly #key: Buffer

  /** @param secret any text that only the keychain holds, the same at every start */
  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'postern journal results v1', 32))
  }

  seal(attempt: HeldAttempt, text: string): string {
    const nonce = randomBytes(nonceBytes)
    const sealing = createCipheriv(cipher, this.#key, nonce, { authTagLength: tagBytes })
    sealing.setAAD(identityOf(attempt), { plaintextLength: Buffer.byteLength(text) })
    const ciphertext = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()])
    return Buffer.concat([nonce, ciphertext, sealing.getAuthTag()]).toString('base64')
  }

  /** @returns nothing for what was sealed with another key, or for another attempt, or is damaged */
  open(attempt: HeldAttempt, sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64')
    if (bytes.length < nonceBytes + tagBytes) return undefined
    const ciphertext = bytes.subarray(nonceBytes, -tagBytes)
    const opening = createDecipheriv(cipher, this.#key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes })
    opening.setAAD(identityOf(attempt), { plaintextLength: ciphertext.length })
    opening.setAuthTag(bytes.subarray(-tagBytes))
    try {
      return Buffer.concat([opening.update(ciphertext), opening.final()]).toString('utf8')
    } catch {
      return undefined
    }
  }
}

function identityOf({ executionId, attempt }: HeldAttempt): Buffer {
  return Buffer.from(`${executionId}/${attempt}`)
}
