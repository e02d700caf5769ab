import type { Role } from '@postern/protocol'
import { sql } from 'kysely'
import type { DatabaseConnection } from '../database/database.ts'
import { runPrepared } from '../database/prepared.ts'
import type { UserRow } from './user-store.ts'

export type TokenRow = { id: string; organization_id: string; name: string; role: Role }

/** Sessions and API tokens as each request uses them: looked up by a prepared statement, and their use noted once a minute. */
export class UsedCredentials {
  readonly #connection: Pick<DatabaseConnection, 'db' | 'pool'>

  constructor(connection: Pick<DatabaseConnection, 'db' | 'pool'>) {
    this.#connection = connection
  }

  /** @returns the user of a session that holds */
  async session(tokenSha256: Buffer, now: Date): Promise<UserRow | undefined> {
    const [row] = await runPrepared(
      this.#connection,
      sql<UserRow & { stale: boolean }>`
        select u.*, s.last_used_at < ${now}::timestamptz - interval '1 minute' as stale
        from session s join user_account u on u.id = s.user_id
        where s.token_sha256 = ${tokenSha256} and s.expires_at > ${now} and u.disabled_at is null`,
    )
    if (row?.stale === true) {
      const { db } = this.#connection
      await db.updateTable('session').set({ last_used_at: now }).where('token_sha256', '=', tokenSha256).execute()
    }
    return row
  }

  /** @returns the API token that holds */
  async token(tokenSha256: Buffer, now: Date): Promise<TokenRow | undefined> {
    const [row] = await runPrepared(
      this.#connection,
      sql<TokenRow & { stale: boolean }>`
        select id, organization_id, name, role,
               coalesce(last_used_at < ${now}::timestamptz - interval '1 minute', true) as stale
        from api_token
        where token_sha256 = ${tokenSha256} and expires_at > ${now} and revoked_at is null`,
    )
    if (row?.stale === true) {
      await this.#connection.db.updateTable('api_token').set({ last_used_at: now }).where('id', '=', row.id).execute()
    }
    return row
  }
}
