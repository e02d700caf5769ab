import { createHash, createPublicKey, timingSafeEqual, verify } from 'node:crypto'
import { connectProof } from '@postern/protocol'
import type { ConnectionCredentials } from '../environments/connection-credentials.ts'
import type { ProofMemory } from './proof-memory.ts'

/** What a connecting environment server showed. */
export type ShownIdentity = {
  /** CN and serial number of the client certificate, which our CA issued. */
  certificate: { serverXid: string; serial: string }
  clientId: string
  userName: string | undefined
  password: Buffer | undefined
}

/** `wasRevoked`: said only of who has proved to be the server that was. */
export type ConnectRefusal = { reason: string; wasRevoked?: true }

/** Why the names of a CONNECT do not fit its certificate; asked before anything is looked up. */
export function nameRefusal(shown: ShownIdentity): string | undefined {
  if (shown.userName !== shown.certificate.serverXid) return 'the user name is not the serverXid of the certificate'
  // The broker ends an older connection of the same client id, so that id must be nobody else's.
  if (shown.clientId !== shown.certificate.serverXid) return 'the client id is not the serverXid of the certificate'
  return undefined
}

/** Why this is not the environment server it says it is; nothing if it is (S17). */
export function connectRefusal(
  shown: ShownIdentity,
  stored: ConnectionCredentials | undefined,
  now: Date,
  proofs: ProofMemory,
): ConnectRefusal | undefined {
  if (stored === undefined) return { reason: 'there is no such server' }
  const reason = impostorReason(shown, stored, now, proofs)
  if (reason !== undefined) return { reason }
  return stored.isRevoked ? { reason: 'it was revoked', wasRevoked: true } : undefined
}

function impostorReason(
  shown: ShownIdentity,
  stored: ConnectionCredentials,
  now: Date,
  proofs: ProofMemory,
): string | undefined {
  const own = [stored.certificateSerial, stored.renewedCertificateSerial].map((serial) => serial?.toLowerCase())
  if (!own.includes(shown.certificate.serial.toLowerCase())) return 'the certificate is not its own'
  const password = readPassword(shown.password)
  if (password === undefined) return 'the password is not brokerToken.proofTime.proof'
  const tokenSha256 = createHash('sha256').update(password.brokerToken).digest()
  if (!timingSafeEqual(tokenSha256, stored.brokerTokenSha256)) return 'the brokerToken is wrong'
  if (Math.abs(now.getTime() / 1000 - password.proofTime) > connectProof.lifeSeconds) {
    return `the proof is more than ${connectProof.lifeSeconds} s off the hub's clock`
  }
  const message = Buffer.from(connectProof.message(stored.serverXid, password.proofTime))
  if (!verify('sha256', message, createPublicKey(stored.publicKeyPem), password.proof)) return 'the proof is wrong'
  if (!proofs.take(stored.serverXid, password.proof, now)) return 'the proof was used before'
  return undefined
}

function readPassword(
  password: Buffer | undefined,
): { brokerToken: string; proofTime: number; proof: Buffer } | undefined {
  const parts = /^([\w-]{1,200})\.(\d{1,12})\.([\w-]{1,200})$/.exec(password?.toString('latin1') ?? '')
  if (parts === null) return undefined
  const [, brokerToken = '', proofTime = '', proof = ''] = parts
  return { brokerToken, proofTime: Number(proofTime), proof: Buffer.from(proof, 'base64url') }
}
