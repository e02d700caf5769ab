import {
  createCipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import type { SealedBox, SealedParameters } from '@postern/protocol'

/** Which attempt a box is for; it opens for no other. */
export type SealedFor = { serverXid: string; executionId: string; attempt: number }

/** DER header of an X25519 SPKI; the raw key of 32 bytes follows (RFC 8410). */
const spkiHeader = Buffer.from('302a300506032b656e032100', 'hex')

/**
 * Seals an attempt's parameters to one environment server (D9), as the documentation of `SealedBox` says.
 * @param recipient the server's raw 32-byte X25519 public key
 */
export function sealParameters(content: SealedParameters, recipient: Buffer, sealedFor: SealedFor): SealedBox {
  const ephemeral = generateKeyPairSync('x25519')
  const ephemeralRaw = rawPublicKey(ephemeral.publicKey)
  const shared = diffieHellman({
    privateKey: ephemeral.privateKey,
    publicKey: createPublicKey({ key: Buffer.concat([spkiHeader, recipient]), format: 'der', type: 'spki' }),
  })
  const salt = Buffer.concat([ephemeralRaw, recipient])
  const key = Buffer.from(hkdfSync('sha256', shared, salt, 'postern sealed v1', 32))
  const cipher = createCipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: 16 })
  const plain = Buffer.from(JSON.stringify(content))
  const { serverXid, executionId, attempt } = sealedFor
  cipher.setAAD(Buffer.from(`${serverXid}\n${executionId}\n${attempt}`), { plaintextLength: plain.length })
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return { v: 1, ephemeralPublicKey: ephemeralRaw.toString('base64'), ciphertext: ciphertext.toString('base64') }
}

function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(spkiHeader.length)
}
