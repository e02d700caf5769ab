import type { App } from '@postern/protocol'
import { AppKind, InstallJson, PosternJson } from '@postern/protocol'
import { sql } from 'kysely'
import * as z from 'zod'
import type { Db } from '../database/database.ts'
import { isNobodysWord } from './nobodys-word.ts'
import type { ReadPackage } from './read-package.ts'

const byInstalled = [
  'app.id',
  'app.program_name',
  'app.kind',
  'app.display_name',
  'app_version.id as version_id',
] as const

function selectApps(db: Db) {
  return db
    .selectFrom('app')
    .innerJoin('app_version', (join) =>
      join.onRef('app_version.app_id', '=', 'app.id').on('app_version.is_current', '=', true),
    )
    .select([
      ...byInstalled,
      'app_version.program_version',
      'app_version.package_sha256',
      'app_version.package_bytes',
      'app_version.install_json',
      'app_version.postern_json',
      'app_version.publisher_key_id',
      'app_version.vouched_by',
      'app_version.installed_at',
    ])
}

type AppRow = Awaited<ReturnType<ReturnType<typeof selectApps>['executeTakeFirstOrThrow']>>

/** @param after the id of the last app of the page before */
export async function listApps(db: Db, after: string | undefined, rowsMax: number): Promise<App[]> {
  let query = selectApps(db).orderBy('app.id').limit(rowsMax)
  if (after !== undefined) query = query.where('app.id', '>', after)
  return (await query.execute()).map(toApi)
}

export async function findApp(db: Db, id: string): Promise<App | undefined> {
  const row = await selectApps(db).where('app.id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : toApi(row)
}

/** The app of this folder's name, made if new. Its row stays locked, so that installs of one app follow each other. */
export async function lockApp(db: Db, content: ReadPackage): Promise<{ id: string }> {
  await db
    .insertInto('app')
    .values({ program_name: content.programName, kind: kindOf(content), display_name: content.install.displayName })
    .onConflict((conflict) => conflict.column('program_name').doNothing())
    .execute()
  return await db
    .selectFrom('app')
    .select('id')
    .where('program_name', '=', content.programName)
    .forUpdate()
    .executeTakeFirstOrThrow()
}

export type InstalledVersion = {
  id: string
  packageSha256: string
  programVersion: string
  publisherKeyId: string
  isCurrent: boolean
  /** Nobody's signature vouches for it any more. */
  isKeyRevoked: boolean
}

export async function installedVersions(db: Db, appId: string): Promise<InstalledVersion[]> {
  return await db
    .selectFrom('app_version')
    .leftJoin('signing_key', 'signing_key.id', 'publisher_key_id')
    .select([
      'app_version.id',
      'package_sha256 as packageSha256',
      'program_version as programVersion',
      'publisher_key_id as publisherKeyId',
      'is_current as isCurrent',
      sql<boolean>`signing_key.revoked_at is not null or ${isNobodysWord('app_version')}`.as('isKeyRevoked'),
    ])
    .where('app_id', '=', appId)
    .orderBy('app_version.id', 'desc')
    .execute()
}

export type Vouch = { publisherKeyId: string; signature: Buffer; vouchedBy: string }

/** Writes the version, or a new voucher for the same content, and makes it the current one. */
export async function putCurrentVersion(db: Db, appId: string, content: ReadPackage, vouch: Vouch): Promise<void> {
  await db
    .updateTable('app_version')
    .set({ is_current: false })
    .where('app_id', '=', appId)
    .where('is_current', '=', true)
    .execute()
  await db
    .insertInto('app_version')
    .values({
      app_id: appId,
      program_version: content.install.programVersion,
      package_sha256: content.sha256,
      package_bytes: content.bytes,
      install_json: content.installText,
      postern_json: content.postern === undefined ? null : JSON.stringify(content.postern),
      publisher_key_id: vouch.publisherKeyId,
      signature: vouch.signature,
      vouched_by: vouch.vouchedBy,
      is_current: true,
    })
    // The same content was here before: going back to it. Its first signature and voucher stand, unless that key was revoked.
    .onConflict((conflict) =>
      conflict.columns(['app_id', 'program_version', 'package_sha256']).doUpdateSet({ is_current: true }),
    )
    .execute()
  await vouchAnew(db, appId, vouch)
  await db
    .updateTable('app')
    .set({ kind: kindOf(content), display_name: content.install.displayName })
    .where('id', '=', appId)
    .execute()
}

/** For a current version whose word was that of a key which was revoked since. */
async function vouchAnew(db: Db, appId: string, vouch: Vouch): Promise<void> {
  const revoked = db.selectFrom('signing_key').select('id').where('revoked_at', 'is not', null)
  const anew = await db
    .updateTable('app_version')
    .set({ publisher_key_id: vouch.publisherKeyId, signature: vouch.signature, vouched_by: vouch.vouchedBy })
    .where('app_id', '=', appId)
    .where('is_current', '=', true)
    .where((is) => is.or([is('publisher_key_id', 'in', revoked), isNobodysWord('app_version')]))
    .returning('id')
    .executeTakeFirst()
  if (anew === undefined) return
  await db
    .deleteFrom('earlier_signature')
    .where('app_version_id', '=', anew.id)
    .where('publisher_key_id', 'in', revoked)
    .execute()
}

/** An app that does not say its kind was built with ThreatConnect's SDK. */
function kindOf(content: ReadPackage): AppKind {
  return content.postern?.kind ?? 'tcex'
}

function toApi(row: AppRow): App {
  const install = readInstallJson(row.install_json)
  return {
    id: row.id,
    programName: row.program_name,
    displayName: row.display_name,
    // The column's check names the same five kinds.
    kind: z.parse(AppKind, row.kind),
    note: install.note ?? '',
    programLanguage: install.programLanguage.toUpperCase(),
    parameters: install.params,
    collectionParameters:
      row.postern_json === null ? [] : (z.parse(PosternJson, row.postern_json).collectionParameters ?? []),
    current: {
      programVersion: row.program_version,
      packageSha256: row.package_sha256,
      packageBytes: Number(row.package_bytes),
      publisherKeyId: row.publisher_key_id,
      vouchedBy: row.vouched_by,
      installedAt: row.installed_at.toISOString(),
    },
  }
}

/** `install.json` as it is stored: byte for byte, so with the mark that some editors put in front. */
export function readInstallJson(installText: string): InstallJson {
  return z.parse(InstallJson, JSON.parse(installText.replace(/^\uFEFF/, '')))
}
