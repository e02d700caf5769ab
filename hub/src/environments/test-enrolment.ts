import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import {
  type EnrolmentRequest,
  type EnrolmentResponse,
  enrolmentProofMessage,
  protocolVersion,
} from '@postern/protocol'
import type { Member } from './environments.ts'
import type { Environments } from './environments.ts'

/** What an environment server holds after it enrolled, made as a real one makes it. */
export type EnrolledServer = EnrolmentResponse & { serverXid: string; environmentId: string; privateKey: KeyObject }

export function enrolmentRequest(serverXid: string, token: string, privateKey: KeyObject): EnrolmentRequest {
  return {
    serverXid,
    publicKey: createPublicKey(privateKey).export({ format: 'pem', type: 'spki' }).toString(),
    proof: sign('sha256', Buffer.from(enrolmentProofMessage(serverXid, token)), privateKey).toString('base64'),
    sealingPublicKey: randomBytes(32).toString('base64'),
    serverVersion: '0.1.0',
    protocolVersion,
    platform: 'linux-x64',
  }
}

export function newTlsKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

/** Downloads the configuration of a new server, as text. */
export async function downloadConfig(
  environments: Environments,
  caller: Member,
  environmentId: string,
): Promise<Map<string, string>> {
  const file = await environments.download(caller, environmentId, { kind: 'config' })
  let text = ''
  for await (const chunk of file.content) text += String(chunk)
  return new Map(
    text
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

export async function enrolNewServer(
  environments: Environments,
  caller: Member,
  environmentId: string,
): Promise<EnrolledServer> {
  const settings = await downloadConfig(environments, caller, environmentId)
  const serverXid = settings.get('serverXid') ?? ''
  const token = settings.get('enrolmentToken') ?? ''
  const privateKey = newTlsKey()
  const response = await environments.enrol(token, enrolmentRequest(serverXid, token, privateKey), '192.0.2.7')
  return { ...response, serverXid, environmentId, privateKey }
}
