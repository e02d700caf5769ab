import { limits, SignedCommand, SignedEnvelope } from '@postern/protocol'
import { sql } from 'kysely'
import type { DatabaseConnection } from '../database/database.ts'
import type { Keys } from '../keys/keys.ts'
import { signCommand } from './build-command.ts'

const signedAtOnceMax = 500

/**
 * Commands under way that a revoked key signed are signed by one that counts, word for word: no server that has heard of the revocation
 * takes them otherwise (D7).
 */
export async function signCommandsAnew(db: DatabaseConnection['db'], keys: Keys, now: Date): Promise<void> {
  const since = now.getTime() - limits.commandLifeSecondsMax * 1000
  const revoked = (await keys.all('command')).filter(({ revokedAt }) => (revokedAt?.getTime() ?? 0) > since)
  for (const { id } of revoked) while ((await signSomeAnew(db, keys, id, now)) === signedAtOnceMax);
}

/** @returns how many there were */
async function signSomeAnew(db: DatabaseConnection['db'], keys: Keys, keyId: string, now: Date): Promise<number> {
  return await db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ id: string; payload: string }>`
      select id, payload from command
      where acknowledged_at is null and withdrawn_at is null and expires_at > ${now} and payload::jsonb ->> 'keyId' = ${keyId}
      order by created_at
      limit ${signedAtOnceMax}
      for update skip locked`.execute(trx)
    for (const { id, payload } of rows) {
      const command = SignedCommand.parse(JSON.parse(SignedEnvelope.parse(JSON.parse(payload)).body))
      const envelope = JSON.stringify(await signCommand(keys, command, trx))
      const due = { payload: envelope, published_at: null, next_publish_at: now }
      await trx.updateTable('command').set(due).where('id', '=', id).execute()
    }
    return rows.length
  })
}
