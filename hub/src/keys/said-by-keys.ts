import { type KeySuccessions, RotatedPurpose } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** Of both; a server that slept through more is told the newest key by hand. */
const saidMax = 300

/** What keys said of those that follow them, and of themselves, oldest first; the newest of it. */
export async function saidByKeys(db: Db): Promise<KeySuccessions> {
  const rows = await db
    .selectFrom('signing_key')
    .select(['purpose', 'public_pem', 'predecessor_id', 'predecessor_ends_at', 'succession_signature'])
    .where('purpose', 'in', RotatedPurpose.options)
    .where('predecessor_id', 'is not', null)
    .orderBy('created_at', 'desc')
    .limit(saidMax)
    .execute()
  const revoked = await db
    .selectFrom('signing_key')
    .select(['id', 'revoked_at', 'revocation_follower_ids', 'revocation_signature'])
    .where('revoked_at', 'is not', null)
    .orderBy('revoked_at', 'desc')
    .limit(saidMax)
    .execute()
  return {
    successions: rows.toReversed().map((row) => ({
      purpose: row.purpose,
      // The query and the table's check: all three are there.
      predecessorId: row.predecessor_id ?? '',
      publicKey: row.public_pem,
      predecessorEndsAt: row.predecessor_ends_at?.toISOString() ?? '',
      signature: row.succession_signature?.toString('base64') ?? '',
    })),
    revocations: revoked.toReversed().map((row) => ({
      keyId: row.id,
      // Likewise.
      revokedAt: row.revoked_at?.toISOString() ?? '',
      followerIds: row.revocation_follower_ids ?? [],
      signature: row.revocation_signature?.toString('base64') ?? '',
    })),
  }
}

/** Another text than before whenever there is more of that: no key is ever forgotten, and none revoked twice. */
export async function keysState(db: Db): Promise<string> {
  const { rows } = await sql<{ state: string }>`
    select count(predecessor_id) || '.' || count(revoked_at) as state from signing_key`.execute(db)
  return rows[0]?.state ?? ''
}
