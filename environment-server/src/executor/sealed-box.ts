import { type HeldAttempt, type SealedBox, SealedParameters } from '@postern/protocol'
import { createDecipheriv, createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from 'node:crypto'
import * as z from 'zod/mini'

const tagBytes = 16

/** Opens the secrets of one attempt, as `SealedBox` describes (D9). Throws where they are not for this key, server or attempt. */
export function openSealedBox(
  { ephemeralPublicKey, ciphertext }: SealedBox,
  sealingPrivateKey: string,
  serverXid: string,
  { executionId, attempt }: HeldAttempt,
): SealedParameters {
  const privateKey = createPrivateKey(sealingPrivateKey)
  const ephemeral = Buffer.from(ephemeralPublicKey, 'base64')
  const own = Buffer.from(createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '', 'base64url')
  // RFC 8037: a raw X25519 key is the `x` of a JWK.
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'X25519', x: ephemeral.toString('base64url') },
    format: 'jwk',
  })
  const shared = diffieHellman({ privateKey, publicKey })
  const key = Buffer.from(hkdfSync('sha256', shared, Buffer.concat([ephemeral, own]), 'postern sealed v1', 32))
  const sealed = Buffer.from(ciphertext, 'base64')
  if (sealed.length < tagBytes) throw new Error('the sealed box is too short')
  const decipher = createDecipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(`${serverXid}\n${executionId}\n${attempt}`), {
    plaintextLength: sealed.length - tagBytes,
  })
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  const plain = Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()])
  return z.parse(SealedParameters, JSON.parse(plain.toString('utf8')))
}
