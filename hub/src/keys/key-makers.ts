import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/**
 * Who had keys made that follow others, by their ids: whoever rotated or revoked the one before. A key and the event of the audit that
 * tells of it are of one transaction, and so of the same instant.
 */
export async function readKeyMakers(db: Db): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ id: string; name: string }>`
    select k.id, e.actor_name as name
    from signing_key k
    join audit_event e on e.at = k.created_at and e.action in ('hub-key.rotate', 'hub-key.revoke')
    where k.predecessor_id is not null`.execute(db)
  return new Map(rows.map(({ id, name }) => [id, name]))
}
