import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** Keeps a TLS key that a server enrols with, for good: what it signs is checked years later (D40). One that is doubted stays so. */
export async function keepServerKey(
  trx: Db,
  serverXid: string,
  key: { fingerprint: string; publicKeyPem: string },
  now: Date,
): Promise<void> {
  await trx
    .insertInto('server_key')
    .values({
      server_xid: serverXid,
      fingerprint: key.fingerprint,
      public_key_pem: key.publicKeyPem,
      enrolled_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Every key that the server has had until now counts as compromised from then on, or from earlier if somebody said so before. */
export async function doubtServerKeys(trx: Db, serverXid: string, from: Date): Promise<void> {
  await sql`update server_key set compromised_from = least(compromised_from, ${from}) where server_xid = ${serverXid}`.execute(
    trx,
  )
}
