import { createHash, createPublicKey, timingSafeEqual, verify } from 'node:crypto'
import { connectProof, type connectRefusals } from '@postern/protocol'
import type { ConnectionCredentials } from '../environments/connection-credentials.ts'
import { isRowId } from '../lib/row-id.ts'
import type { ProofMemory } from './proof-memory.ts'
import type { ServerCertificate } from './server-certificate.ts'

/** What a connecting environment server showed. */
export type ShownIdentity = {
  /**
   * CN and serial number of the client certificate, which our CA issued. Absent where none arrived since TLS is opened on the way: the
   * password names it then.
   */
  certificate: ServerCertificate | undefined
  clientId: string
  userName: string | undefined
  password: Buffer | undefined
}

/** `told`: what the answer says, only to who has proved to be that server; everybody else is not authorized. */
export type ConnectRefusal = { reason: string; told?: keyof typeof connectRefusals }

/** Why the names of a CONNECT do not fit its certificate, or each other; asked before anything is looked up. */
export function nameRefusal({ certificate, clientId, userName }: ShownIdentity): string | undefined {
  if (certificate === undefined) {
    if (userName === undefined || !isRowId(userName)) return 'the user name is no serverXid'
    return clientId === userName ? undefined : 'the client id is not the user name'
  }
  if (userName !== certificate.serverXid) return 'the user name is not the serverXid of the certificate'
  // The broker ends an older connection of the same client id, so that id must be nobody else's.
  if (clientId !== certificate.serverXid) return 'the client id is not the serverXid of the certificate'
  return undefined
}

/** Serial number, in lower case, of the certificate that was shown in TLS, or else named above it. */
export function serialOf({ certificate, password }: ShownIdentity): string | undefined {
  return (certificate?.serial ?? readPassword(password)?.serial)?.toLowerCase()
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
  if (stored.isRevoked) return { reason: 'it was revoked', told: 'revoked' }
  if (shown.certificate === undefined && !stored.allowsInspectedTls)
    return { reason: 'TLS is opened on the way, which its environment does not allow', told: 'inspected' }
  return undefined
}

function impostorReason(
  shown: ShownIdentity,
  stored: ConnectionCredentials,
  now: Date,
  proofs: ProofMemory,
): string | undefined {
  const isInspected = shown.certificate === undefined
  const serial = serialOf(shown)
  if (serial === undefined) return 'no certificate was shown, and the password names none'
  const endsAt = endOf(serial, stored)
  if (endsAt === undefined) return 'the certificate is not its own'
  const password = readPassword(shown.password)
  if (password === undefined || isInspected !== (password.serial !== undefined))
    return `the password is not brokerToken.proofTime.proof${isInspected ? '.serial' : ''}`
  const tokenSha256 = createHash('sha256').update(password.brokerToken).digest()
  if (!timingSafeEqual(tokenSha256, stored.brokerTokenSha256)) return 'the brokerToken is wrong'
  if (Math.abs(now.getTime() / 1000 - password.proofTime) > connectProof.lifeSeconds) {
    return `the proof is more than ${connectProof.lifeSeconds} s off the hub's clock`
  }
  const message = Buffer.from(
    password.serial === undefined
      ? connectProof.message(stored.serverXid, password.proofTime)
      : connectProof.inspectedMessage(stored.serverXid, password.proofTime, password.serial),
  )
  if (!verify('sha256', message, createPublicKey(stored.publicKeyPem), password.proof)) return 'the proof is wrong'
  if (!proofs.take(stored.serverXid, password.proof, now)) return 'the proof was used before'
  // Of one that is shown TLS itself has judged it.
  if (isInspected && (endsAt === null || endsAt <= now)) return 'the certificate that it names has ended'
  return undefined
}

/** When the certificate of this serial number ends; nothing where the server has no such certificate. */
function endOf(serial: string, stored: ConnectionCredentials): Date | null | undefined {
  if (serial === stored.certificateSerial.toLowerCase()) return stored.certificateExpiresAt
  return serial === stored.renewedCertificateSerial?.toLowerCase() ? stored.renewedCertificateExpiresAt : undefined
}

type ReadPassword = { brokerToken: string; proofTime: number; proof: Buffer; serial: string | undefined }

function readPassword(password: Buffer | undefined): ReadPassword | undefined {
  const parts = /^([\w-]{1,200})\.(\d{1,12})\.([\w-]{1,200})(?:\.([\da-f]{1,80}))?$/.exec(
    password?.toString('latin1') ?? '',
  )
  if (parts === null) return undefined
  const [, brokerToken = '', proofTime = '', proof = '', serial] = parts
  return { brokerToken, proofTime: Number(proofTime), proof: Buffer.from(proof, 'base64url'), serial }
}
