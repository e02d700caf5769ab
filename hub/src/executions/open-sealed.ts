import {
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { Command, SealedParameters, SignedEnvelope } from '@postern/protocol'
import * as z from 'zod'

type Recipient = { serverXid: string; sealingKey: KeyObject }

/** The command in an envelope, its signature unchecked: for tests that look at what went out. */
export function commandIn(payload: string): Command {
  return z.parse(Command, JSON.parse(z.parse(SignedEnvelope, JSON.parse(payload)).body))
}

/** The environment server's side of `SealedBox`, written from its documentation and not from the code that seals. */
export function openSealed({ sealingKey, serverXid }: Recipient, command: Command): SealedParameters {
  if (command.kind !== 'execute') throw new Error('a cancel command seals nothing')
  const ephemeral = Buffer.from(command.sealed.ephemeralPublicKey, 'base64')
  const own = createPublicKey(createPrivateKey(sealingKey.export({ format: 'pem', type: 'pkcs8' })))
  const ownRaw = Buffer.from(own.export({ format: 'jwk' }).x ?? '', 'base64url')
  const shared = diffieHellman({
    privateKey: sealingKey,
    publicKey: createPublicKey({
      key: { kty: 'OKP', crv: 'X25519', x: ephemeral.toString('base64url') },
      format: 'jwk',
    }),
  })
  const key = Buffer.from(hkdfSync('sha256', shared, Buffer.concat([ephemeral, ownRaw]), 'postern sealed v1', 32))
  const box = Buffer.from(command.sealed.ciphertext, 'base64')
  const decipher = createDecipheriv('chacha20-poly1305', key, Buffer.alloc(12), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(`${serverXid}\n${command.executionId}\n${command.attempt}`), {
    plaintextLength: box.length - 16,
  })
  decipher.setAuthTag(box.subarray(-16))
  const plain = Buffer.concat([decipher.update(box.subarray(0, -16)), decipher.final()])
  return z.parse(SealedParameters, JSON.parse(plain.toString('utf8')))
}
