import type { UnsignedVersion } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { type Keys, keyEndsAt } from '../keys/keys.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { isNobodysWord } from './nobodys-word.ts'
import { packageContent } from './package-store.ts'
import { selfVouched } from './publishers.ts'
import { sha256Of } from './sha256-of.ts'
import { signingAnewLimits } from './signing-anew-limits.ts'

const shownVersionsMax = 100

/**
 * Versions that an earlier publisher key of this hub signed, as `v` and `k`. After a revocation that key's signature is no reason to sign
 * anew; a person's confirmation is.
 */
function signedEarlier(currentId: string): RawBuilder<unknown> {
  return sql`from app_version v join signing_key k on k.id = v.publisher_key_id and k.purpose = 'publisher'
    where v.publisher_key_id <> ${currentId} and not ${isNobodysWord('v')}`
}

/** How many versions of apps the publisher key in use has still to sign. */
export async function packagesToSign(db: Db, currentId: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count ${signedEarlier(currentId)}`.execute(db)
  return rows[0]?.count ?? 0
}

/** Current versions that only a revoked key vouched for: nobody knows who else could have. */
export async function packagesToConfirm(db: Db): Promise<UnsignedVersion[]> {
  const { rows } = await sql<UnsignedVersion>`
    select app.id as "appId", app.program_name as "programName", v.program_version as "programVersion",
      v.package_sha256 as "packageSha256"
    from app_version v
    join app on app.id = v.app_id
    where v.is_current and ${isNobodysWord('v')}
    order by app.program_name
    limit ${shownVersionsMax}`.execute(db)
  return rows
}

export type SignAnewParts = { db: DatabaseConnection['db']; keys: Keys; clock: Clock; log: Log }

/**
 * Signs what earlier publisher keys signed by the one in use, one package in memory at a time; their signatures stay for servers that do
 * not trust that one yet, as long as they count (D7).
 */
export function createPackageSigner({ db, keys, clock, log }: SignAnewParts): { signSome(): Promise<void> } {
  const { versionsOfTurnMax, leftAloneSeconds, leftAloneMax } = signingAnewLimits
  /** By version, when it could not be signed, in epoch milliseconds. */
  const failedAt = new Map<string, number>()

  async function signSome(): Promise<void> {
    const { id: keyId } = await keys.current('publisher')
    for (const id of await nextVersions(keyId)) {
      try {
        await db.transaction().execute(async (trx) => await signAnew(trx, keys, keyId, id))
      } catch (error) {
        failedAt.set(id, clock.now().getTime())
        log.error(
          { err: error, appVersionId: id, againAfterSeconds: leftAloneSeconds },
          'a package could not be signed by the new publisher key',
        )
      }
    }
    await forgetEndedSignatures({ db, keys, clock })
  }

  async function nextVersions(keyId: string): Promise<string[]> {
    for (const [id, at] of failedAt) {
      const passedMs = clock.now().getTime() - at
      // Of a clock that was set back nobody knows how long it has been.
      if (passedMs < 0 || passedMs >= leftAloneSeconds * 1000) failedAt.delete(id)
    }
    const { rows } = await sql<{ id: string }>`
      select v.id ${signedEarlier(keyId)} and v.id <> all(${[...failedAt.keys()]}::bigint[])
      order by v.id
      limit ${Math.min(versionsOfTurnMax, leftAloneMax - failedAt.size)}`.execute(db)
    return rows.map(({ id }) => id)
  }

  return { signSome }
}

async function forgetEndedSignatures({ db, keys, clock }: Omit<SignAnewParts, 'log'>): Promise<void> {
  const ended = (await keys.all('publisher')).filter((key) => keyEndsAt(key) <= clock.now()).map((key) => key.id)
  // By which key a version came in that nobody confirmed has to be known as long as that key may be found to have been in other hands.
  await sql`
    delete from earlier_signature e using app_version v
    where v.id = e.app_version_id and v.vouched_by <> ${selfVouched} and e.publisher_key_id = any(${ended}::text[])`.execute(
    db,
  )
}

async function signAnew(trx: Db, keys: Keys, keyId: string, versionId: string): Promise<void> {
  const { rows } = await sql<{ packageSha256: string; packageBytes: string }>`
    select package_sha256 as "packageSha256", package_bytes as "packageBytes" from app_version
    where id = ${versionId} and publisher_key_id <> ${keyId} for update skip locked`.execute(trx)
  const version = rows[0]
  if (version === undefined) return
  const { packageSha256, packageBytes } = version
  const chunks: Buffer[] = []
  for await (const chunk of packageContent(trx, packageSha256, Number(packageBytes))) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  if ((await sha256Of(bytes)) !== packageSha256)
    throw new Error(`package ${packageSha256} is damaged in the database; install it again`)
  const { signature } = await keys.signBy(keyId, 'publisher', bytes, trx)
  await sql`
    insert into earlier_signature (app_version_id, publisher_key_id, signature)
    select id, publisher_key_id, signature from app_version where id = ${versionId}
    on conflict do nothing`.execute(trx)
  await trx.updateTable('app_version').set({ publisher_key_id: keyId, signature }).where('id', '=', versionId).execute()
}
