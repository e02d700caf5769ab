import type { Db } from '../database/database.ts'

/** The SQL of the link that makes an administrator (D16). */
export class SetupLinkStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** A new link ends all older ones: at most one is ever good. */
  async replace(tokenSha256: Buffer, expiresAt: Date): Promise<void> {
    await this.#db.deleteFrom('setup_link').execute()
    await this.#db.insertInto('setup_link').values({ token_sha256: tokenSha256, expires_at: expiresAt }).execute()
  }

  /** Whether a link lives. */
  async holds(tokenSha256: Buffer, now: Date): Promise<boolean> {
    const link = await this.#db
      .selectFrom('setup_link')
      .select('token_sha256')
      .where('token_sha256', '=', tokenSha256)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirst()
    return link !== undefined
  }

  /** True once, for a link that lives. */
  async use(tokenSha256: Buffer, now: Date): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('setup_link')
      .set({ used_at: now })
      .where('token_sha256', '=', tokenSha256)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }
}
