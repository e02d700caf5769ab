import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** The SQL of people's sessions. */
export class SessionStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async insert(userId: string, tokenSha256: Buffer, expiresAt: Date, address: string): Promise<void> {
    await this.#db
      .insertInto('session')
      .values({ token_sha256: tokenSha256, user_id: userId, expires_at: expiresAt, address })
      .execute()
  }

  async inForce(hashes: readonly Buffer[], now: Date): Promise<Buffer[]> {
    const { rows } = await sql<{ token_sha256: Buffer }>`
      select s.token_sha256 from session s join user_account u on u.id = s.user_id
      where s.token_sha256 = any(${[...hashes]}::bytea[]) and s.expires_at > ${now} and u.disabled_at is null`.execute(
      this.#db,
    )
    return rows.map((row) => row.token_sha256)
  }

  async end(tokenSha256: Buffer): Promise<void> {
    await this.#db.deleteFrom('session').where('token_sha256', '=', tokenSha256).execute()
  }

  /** Whoever shows one of them is a stranger from now on. */
  async endAllOf(userId: string): Promise<void> {
    await this.#db.deleteFrom('session').where('user_id', '=', userId).execute()
  }

  async removeExpired(now: Date): Promise<void> {
    await this.#db.deleteFrom('session').where('expires_at', '<=', now).execute()
  }
}
