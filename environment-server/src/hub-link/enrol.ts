import { EnrolmentResponse, enrolmentProofMessage, paths, ProblemDocument, protocolVersion } from '@postern/protocol'
import type { EnrolmentRequest } from '@postern/protocol'
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import * as z from 'zod/mini'
import type { Keychain, KeychainContent } from '../keychain/keychain.ts'
import { StartProblem } from '../log/start-problem.ts'
import { serverVersion } from '../version.ts'
import type { HubHttp } from './hub-http.ts'

type EnrolmentKeys = NonNullable<KeychainContent['keysToBe']>

/**
 * The one enrolment of a token (S9). The keys are in the keychain before it is spent: a crash between the hub's answer and the next line
 * then leaves a server that can prove, with the same key, that it is the one that was enrolled. An identity that the server has already
 * stays until the hub has answered, and what its journal is sealed with stays for good.
 */
export async function enrol(
  hub: HubHttp,
  keychain: Keychain,
  serverXid: string,
  enrolmentToken: string,
): Promise<EnrolmentResponse> {
  const keys = keysToEnrolWith(keychain)
  const response = await hub.send({
    method: 'POST',
    path: paths.enrolments,
    token: enrolmentToken,
    contentType: 'application/json',
    body: JSON.stringify(enrolmentRequest(keys, serverXid, enrolmentToken)),
  })
  if (response.status < 200 || response.status > 299) {
    throw new StartProblem(
      `The hub did not enrol this server: ${detailOf(response.body) ?? `status ${response.status}`}`,
    )
  }
  const enrolment = z.parse(EnrolmentResponse, JSON.parse(response.body.toString('utf8')))
  const { certificate, brokerToken, appDeliveryToken } = enrolment
  const journalSecret = keychain.content.sealingPrivateKey === undefined ? undefined : keychain.journalSecret
  keychain.update({
    ...keys,
    ...(journalSecret !== undefined && { journalSecret }),
    keysToBe: undefined,
    certificate,
    renewedCertificate: undefined,
    enrolledWith: hashOf(enrolmentToken),
    mustHandBack: keychain.content.certificate !== undefined,
    brokerToken,
    appDeliveryToken,
  })
  return enrolment
}

/** Whether the keychain's certificate came by this token. */
export function hasEnrolledWith({ content }: Pick<Keychain, 'content'>, enrolmentToken: string): boolean {
  return content.enrolledWith === hashOf(enrolmentToken)
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** The same again after a crash. */
function keysToEnrolWith(keychain: Keychain): EnrolmentKeys {
  const keys = keychain.content.keysToBe ?? newKeys()
  keychain.update({ keysToBe: keys })
  return keys
}

function newKeys(): EnrolmentKeys {
  const pkcs8 = { type: 'pkcs8', format: 'pem' } as const
  return {
    tlsPrivateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pkcs8).toString(),
    sealingPrivateKey: generateKeyPairSync('x25519').privateKey.export(pkcs8).toString(),
  }
}

function enrolmentRequest(
  { tlsPrivateKey, sealingPrivateKey }: EnrolmentKeys,
  serverXid: string,
  enrolmentToken: string,
): EnrolmentRequest {
  const tlsKey = createPrivateKey(tlsPrivateKey)
  const sealingKey = createPublicKey(createPrivateKey(sealingPrivateKey)).export({ format: 'jwk' })
  return {
    serverXid,
    publicKey: createPublicKey(tlsKey).export({ type: 'spki', format: 'pem' }).toString(),
    proof: sign('sha256', Buffer.from(enrolmentProofMessage(serverXid, enrolmentToken)), tlsKey).toString('base64'),
    // RFC 8037: `x` of an X25519 key is its 32 raw bytes.
    sealingPublicKey: Buffer.from(sealingKey.x ?? '', 'base64url').toString('base64'),
    serverVersion,
    protocolVersion,
    platform: `${process.platform}-${process.arch}`,
  }
}

/** What the hub says in words; nothing if it was not the hub that answered. */
export function detailOf(body: Buffer): string | undefined {
  try {
    return z.parse(ProblemDocument, JSON.parse(body.toString('utf8'))).detail
  } catch {
    // A proxy answered, not the hub: the status must do.
    return undefined
  }
}
