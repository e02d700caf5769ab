import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import {
  type BundleSettings,
  type BundleTrust,
  type CreateDownload,
  type PackageSignature,
  type Platform,
  serverFileMessage,
} from '@postern/protocol'
import { installationPublishers } from '../apps/apps.ts'
import { newCredential } from '../access/credential.ts'
import type { Db } from '../database/database.ts'
import { found, Problem } from '../lib/problem.ts'
import { tellChange } from '../live/changes.ts'
import { bundleZip, serverZip, type SignedServerFile } from './bundle-zip.ts'
import { lockEnvironmentRow } from './environment-store.ts'
import type { EnvironmentParts, Member } from './environments.ts'
import { endTokensOfApps } from './server-orders.ts'
import { serverFileKeys } from '../keys/server-file-keys.ts'
import { createMoves } from './moves.ts'
import { onlyLocalWarning } from './only-local-warning.ts'
import { platformNamed } from './runtimes/platform-named.ts'
import type { Runtimes } from './runtimes/runtimes.ts'
import { listBundleFiles, readServerFile } from './server-files.ts'

const enrolmentTokenLifeMs = 24 * 3_600_000
/** Servers of one environment, revoked ones included: each is a row for good. */
const serversMax = 1000

export type Download = {
  fileName: string
  contentType: 'application/zip' | 'text/plain; charset=utf-8'
  content: Readable
  /** The identity that the file will enrol as; absent for the server file alone. */
  serverXid?: string
  /** What to tell whoever downloads, in one sentence; absent when all is well. */
  warning?: string
}

export function createDownloads(parts: EnvironmentParts, runtimes: Pick<Runtimes, 'forBundle'>) {
  const { db, audit, keys, authority, settings, clock, serverFilesFolder } = parts
  const { moveFile, move, tidyMoves } = createMoves(parts)

  /** Makes one of the three files of ES-2. A bundle carries an enrolment token of its own (S9), a `.env` a move token (D37). */
  async function download(
    caller: Member,
    environmentId: string,
    wanted: CreateDownload,
    address?: string,
  ): Promise<Download> {
    if (wanted.serverXid !== undefined && wanted.kind !== 'bundle')
      throw new Problem('invalid', 'serverXid: a server is enrolled anew by a bundle; ask for kind "bundle".')
    if (wanted.platform !== undefined && !carriesRuntime(wanted))
      throw new Problem(
        'invalid',
        'platform: only a bundle with its runtime is for one platform. Ask for kind "bundle" without withoutRuntime, or name no platform.',
      )
    if (wanted.kind === 'config') return await moveFile(caller, environmentId, address)
    // Everything that can be missing is read before a row is written.
    const server = await signedServerFile()
    const files = wanted.kind === 'bundle' ? await listBundleFiles(serverFilesFolder) : []
    const runtime = carriesRuntime(wanted)
      ? await runtimes.forBundle(wanted.platform ?? (await platformOf(db, caller, environmentId, wanted.serverXid)))
      : undefined
    const names = await settings.publicNames()
    const made = await db.transaction().execute(async (trx) => {
      const environment = found(await lockEnvironmentRow(trx, caller.organizationId, environmentId), 'environment')
      const identity = wanted.kind === 'server' ? undefined : await identityFor(trx, caller, environment, wanted)
      const detail = {
        kind: wanted.kind,
        ...(identity === undefined ? {} : { serverXid: identity.serverXid, serverName: identity.serverName }),
        ...(wanted.serverXid === undefined ? {} : { enrolsAnew: true }),
        ...(runtime === undefined ? {} : { platform: runtime.platform, nodeVersion: runtime.version }),
      }
      await audit.record(trx, caller, 'environment.download', `environment ${environment.id}`, detail, address)
      const { organizationId } = caller
      await tellChange(trx, { changed: 'environments', id: environment.id, part: 'state', organizationId })
      return { identity, allowInspectedTls: environment.allowInspectedTls }
    })
    const warning = names.onlyLocalNames ? { warning: onlyLocalWarning(names.apiURL) } : {}
    const { identity } = made
    if (identity === undefined) {
      return { fileName: 'postern-envsvr.zip', contentType: 'application/zip', content: serverZip(server, clock.now()) }
    }
    const bundleSettings: BundleSettings = {
      apiURL: names.apiURL,
      brokerHost: names.brokerHost,
      brokerPort: names.brokerPort,
      ...identity,
      ...(made.allowInspectedTls && { allowInspectedTls: true }),
    }
    const content = bundleZip({
      ...server,
      settings: bundleSettings,
      trust: await trust(),
      files,
      runtime,
      madeAt: clock.now(),
    })
    return {
      fileName: 'postern-envsvr-bundle.zip',
      contentType: 'application/zip',
      content,
      serverXid: identity.serverXid,
      ...warning,
    }
  }

  async function identityFor(
    trx: Db,
    caller: Member,
    environment: { id: string; name: string },
    { serverXid, serverName }: CreateDownload,
  ) {
    const enrolment = newEnrolment(caller)
    const identity =
      serverXid === undefined
        ? await newServer(trx, environment, serverName, enrolment.columns)
        : await againServer(trx, environment.id, serverXid, enrolment.columns)
    return { ...identity, enrolmentToken: enrolment.token }
  }

  function newEnrolment(caller: Member) {
    const { token, sha256 } = newCredential('pse_')
    const now = clock.now()
    const columns = {
      downloaded_by: caller.name,
      downloaded_at: now,
      enrolment_token_sha256: sha256,
      enrolment_expires_at: new Date(now.getTime() + enrolmentTokenLifeMs),
    }
    return { token, columns }
  }

  /** The same number, and nothing else of what it was (D37): certificate, keys, tokens and the confirmation end here. */
  async function againServer(
    trx: Db,
    environmentId: string,
    serverXid: string,
    enrolment: ReturnType<typeof newEnrolment>['columns'],
  ) {
    await endTokensOfApps(trx, serverXid, clock.now())
    const row = await trx
      .updateTable('environment_server')
      .set({
        ...enrolment,
        enrols_anew: true,
        enrolled_at: null,
        enrolled_from: null,
        key_fingerprint: null,
        public_key_pem: null,
        sealing_public_key: null,
        certificate_serial: null,
        certificate_expires_at: null,
        renewed_certificate_serial: null,
        renewed_certificate_expires_at: null,
        broker_token_sha256: null,
        delivery_token_sha256: null,
        confirmed_at: null,
        confirmed_by: null,
        revoked_at: null,
        last_heartbeat_at: null,
        reported: '{}',
      })
      .where('server_xid', '=', serverXid)
      .where('environment_id', '=', environmentId)
      .returning('name')
      .executeTakeFirst()
    await trx.deleteFrom('telemetry_latest').where('server_xid', '=', serverXid).execute()
    return { serverName: found(row, 'environment server').name, serverXid }
  }

  async function newServer(
    trx: Db,
    environment: { id: string; name: string },
    wantedName: string | undefined,
    enrolment: ReturnType<typeof newEnrolment>['columns'],
  ) {
    const { count } = await trx
      .selectFrom('environment_server')
      .select((select) => select.fn.countAll<string>().as('count'))
      .where('environment_id', '=', environment.id)
      .executeTakeFirstOrThrow()
    if (Number(count) >= serversMax)
      throw new Problem('conflict', `This environment has ${serversMax} servers; make another one.`)
    const serverName = wantedName ?? `${environment.name.slice(0, 56)} ${Number(count) + 1}`
    const row = await trx
      .insertInto('environment_server')
      .values({ environment_id: environment.id, name: serverName, ...enrolment })
      .returning('server_xid')
      .executeTakeFirstOrThrow()
    return { serverName, serverXid: row.server_xid }
  }

  async function signedServerFile(): Promise<SignedServerFile> {
    const content = await readServerFile(serverFilesFolder)
    const sha256 = createHash('sha256').update(content).digest('hex')
    const signatures: PackageSignature[] = []
    // The oldest first: servers of earlier releases look at that one alone, and those that have not heard of the others know it.
    for (const { id, purpose } of (await serverFileKeys(keys, clock.now())).toReversed()) {
      const { keyId, signature } = await keys.signBy(id, purpose, Buffer.from(serverFileMessage(sha256)))
      signatures.push({ keyId, signature: signature.toString('base64') })
    }
    const [first, ...others] = signatures
    if (first === undefined) throw new Error('no key signs server files')
    return { content, signature: { ...first, ...(others.length > 0 && { others }) } }
  }

  /** What a bundle pins, and a hub cannot add to later (D7). */
  async function trust(): Promise<BundleTrust> {
    const publisherKeys = (await installationPublishers(keys, clock)).map(({ publicPem }) => publicPem)
    return {
      caCertificate: await authority.certificatePem(),
      // Also one that was followed lately: a server that has not spoken yet is commanded by that one.
      commandKeys: (await keys.good('command', clock.now())).map(({ publicPem }) => publicPem),
      publisherKeys,
      releaseKeys: (await serverFileKeys(keys, clock.now())).map(({ publicPem }) => publicPem),
    }
  }

  return { download, move, tidyMoves }
}

function carriesRuntime({ kind, withoutRuntime = false }: CreateDownload): boolean {
  return kind === 'bundle' && !withoutRuntime
}

/** Of the machine that a server of the caller's organization enrolled from, where it is to be enrolled anew. */
async function platformOf(
  db: Db,
  { organizationId }: Member,
  environmentId: string,
  serverXid: string | undefined,
): Promise<Platform | undefined> {
  if (serverXid === undefined) return undefined
  const ofOrganization = db
    .selectFrom('environment_server')
    .innerJoin('environment', 'environment.id', 'environment_server.environment_id')
    .where('organization_id', '=', organizationId)
  const ofServer = ofOrganization.where('environment_id', '=', environmentId).where('server_xid', '=', serverXid)
  return platformNamed((await ofServer.select('platform').executeTakeFirst())?.platform)
}
