import { type HeldAttempt, type SealedBox, SealedParameters } from '@postern/protocol'
import { createCipheriv, createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync } from 'node:crypto'

/** Seals secrets to an environment server's raw X25519 public key, as `SealedBox` describes (D9). */
export function seal(
  secrets: SealedParameters,
  sealingPublicKey: string,
  serverXid: string,
  { executionId, attempt }: HeldAttempt,
): SealedBox {
  const recipient = Buffer.from(sealingPublicKey, 'base64')
  const ephemeral = generateKeyPairSync('x25519')
  const ephemeralPublicKey = Buffer.from(ephemeral.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'X25519', x: recipient.toString('base64url') },
    format: 'jwk',
  })
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey })
  const salt = Buffer.concat([ephemeralPublicKey, recipient])
  const key = Buffer.from(hkdfSync('sha256', shared, salt, 'postern sealed v1', 32))
  const cipher = createCipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: 16 })
  const plain = Buffer.from(JSON.stringify(SealedParameters.parse(secrets)))
  cipher.setAAD(Buffer.from(`${serverXid}\n${executionId}\n${attempt}`), { plaintextLength: plain.length })
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return { v: 1, ephemeralPublicKey: ephemeralPublicKey.toString('base64'), ciphertext: ciphertext.toString('base64') }
}
