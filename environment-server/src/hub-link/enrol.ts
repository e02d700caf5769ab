import { EnrolmentResponse, enrolmentProofMessage, paths, ProblemDocument, protocolVersion } from '@postern/protocol'
import type { EnrolmentRequest } from '@postern/protocol'
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import * as z from 'zod/mini'
import type { Keychain } from '../keychain/keychain.ts'
import { StartProblem } from '../log/start-problem.ts'
import { serverVersion } from '../version.ts'
import type { HubHttp } from './hub-http.ts'

/**
 * The one enrolment (S9). The keys are in the keychain before the token is spent: a crash between the hub's answer and
 * the next line then leaves a server that can prove, with the same key, that it is the one that was enrolled.
 */
export async function enrol(
  hub: HubHttp,
  keychain: Keychain,
  serverXid: string,
  enrolmentToken: string,
): Promise<EnrolmentResponse> {
  makeKeys(keychain)
  const response = await hub.send({
    method: 'POST',
    path: paths.enrolments,
    token: enrolmentToken,
    contentType: 'application/json',
    body: JSON.stringify(enrolmentRequest(keychain, serverXid, enrolmentToken)),
  })
  if (response.status < 200 || response.status > 299) {
    throw new StartProblem(
      `The hub did not enrol this server: ${detailOf(response.body) ?? `status ${response.status}`}`,
    )
  }
  const enrolment = z.parse(EnrolmentResponse, JSON.parse(response.body.toString('utf8')))
  const { certificate, brokerToken, appDeliveryToken } = enrolment
  keychain.update({ certificate, brokerToken, appDeliveryToken })
  return enrolment
}

function makeKeys(keychain: Keychain): void {
  if (keychain.content.tlsPrivateKey && keychain.content.sealingPrivateKey) return
  keychain.update({
    tlsPrivateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
    sealingPrivateKey: generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  })
}

function enrolmentRequest(keychain: Keychain, serverXid: string, enrolmentToken: string): EnrolmentRequest {
  const { tlsPrivateKey, sealingPrivateKey } = keychain.content
  if (!tlsPrivateKey || !sealingPrivateKey) throw new Error('the keychain has no keys to enrol with')
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
