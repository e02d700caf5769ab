import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import {
  type EnrolmentRequest,
  type EnrolmentResponse,
  enrolmentProofMessage,
  protocolVersion,
} from '@postern/protocol'
import { testSettings } from '../settings/test-settings.ts'
import { createEnvironments, type Environments, type Member } from './environments.ts'
import { json, unzip } from './test-bundle.ts'
import type { TestHub } from './test-hub.ts'

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

/** The environments of a test's hub, under names of which none is there. */
export function testEnvironments({ database, audit, keys, authority, clock }: TestHub): Environments {
  return createEnvironments({
    db: database.db,
    audit,
    keys,
    authority,
    clock,
    settings: testSettings,
    serverFilesFolder: emptyServerFiles(),
    runtimeFile: process.execPath,
  })
}

/** Downloads a bundle for a new server, and reads its settings, as text by name. */
export async function downloadSettings(
  environments: Environments,
  caller: Member,
  environmentId: string,
): Promise<Map<string, string>> {
  const file = await environments.download(caller, environmentId, { kind: 'bundle', withoutRuntime: true })
  const bundle = await unzip(await buffer(file.content))
  const settings = json(bundle, 'postern-envsvr/.postern-envsvr/settings.json') as object
  return new Map(Object.entries(settings).map(([name, value]) => [name, String(value)]))
}

/** Downloads the configuration of an environment, as text. */
export async function downloadMove(
  environments: Environments,
  caller: Member,
  environmentId: string,
): Promise<Map<string, string>> {
  const file = await environments.download(caller, environmentId, { kind: 'config' })
  const lines = (await buffer(file.content)).toString().trim().split('\n')
  return new Map(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

/** A folder as hubs make bundles of, with nothing in it that could run. */
export function emptyServerFiles(): string {
  const folder = mkdtempSync(join(tmpdir(), 'server-files-'))
  for (const name of ['dist', 'bundle']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'dist', 'postern-envsvr.mjs'), '')
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export async function enrolNewServer(
  environments: Environments,
  caller: Member,
  environmentId: string,
): Promise<EnrolledServer> {
  const settings = await downloadSettings(environments, caller, environmentId)
  const serverXid = settings.get('serverXid') ?? ''
  const token = settings.get('enrolmentToken') ?? ''
  const privateKey = newTlsKey()
  const response = await environments.enrol(token, enrolmentRequest(serverXid, token, privateKey), '192.0.2.7')
  return { ...response, serverXid, environmentId, privateKey }
}
