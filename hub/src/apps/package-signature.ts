import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { keyEndsAt } from '../keys/keys.ts'
import { isNobodysWord } from './nobodys-word.ts'

/** A publisher's signature of a version's package, as a command carries it. */
export type GivenSignature = {
  publisherKeyId: string
  /** As PEM, where this hub knows it: a server that does not trust it shows its fingerprint (D36). */
  publisherKey: string | null
  signature: Buffer
}

type SignatureRow = GivenSignature & { retiredAt: Date | null }

/**
 * The signature of an app's version that a server is given: by the newest publisher key that it says it trusts, among those that count
 * (D7). A server that has said nothing may know the oldest of them alone.
 * @returns nothing where only keys vouched for it that were revoked since
 */
export async function signatureFor(
  db: Db,
  versionId: string,
  serverXid: string,
  now: Date,
): Promise<GivenSignature | undefined> {
  const { rows } = await sql<SignatureRow>`
    select s.publisher_key_id as "publisherKeyId", k.public_pem as "publisherKey", s.signature, k.retired_at as "retiredAt"
    from (
      select publisher_key_id, signature from app_version where id = ${versionId} and not ${isNobodysWord('app_version')}
      union all
      select e.publisher_key_id, e.signature from earlier_signature e
      join app_version v on v.id = e.app_version_id and not ${isNobodysWord('v')}
      where e.app_version_id = ${versionId}
    ) s
    left join signing_key k on k.id = s.publisher_key_id and k.purpose = 'publisher'
    where k.revoked_at is null
    order by k.created_at desc nulls last`.execute(db)
  const good = rows.filter((row) => now < keyEndsAt(row))
  const server = await db
    .selectFrom('environment_server_settings')
    .select('publisher_keys')
    .where('server_xid', '=', serverXid)
    .executeTakeFirst()
  const trusted = good.find(({ publisherKeyId }) => server?.publisher_keys?.includes(publisherKeyId))
  const given = trusted ?? good.at(-1) ?? rows[0]
  return given && { publisherKeyId: given.publisherKeyId, publisherKey: given.publisherKey, signature: given.signature }
}

/** Why a version waits whose every signature is by a revoked key, for the person who started its job. */
export function confirmAnew({ programName, packageSha256 }: { programName: string; packageSha256: string }): string {
  return `The publisher key that signed ${programName} was revoked. An administrator who trusts this package confirms it by installing it again (SHA-256 ${packageSha256}).`
}
