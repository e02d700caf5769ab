import type { Db } from '../../database/database.ts'
import type { NewPasswordLink, PasswordLinkKind } from './password-link.ts'

/** The SQL of links by which people choose a password. Who writes one of a user's holds the user's row first. */
export class PasswordLinkStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** One that an administrator made: the user's older ones end. */
  async putAlone(link: NewPasswordLink): Promise<void> {
    await this.removeAllOf(link.user.id)
    await this.#db.insertInto('password_link').values(rowOf(link, 'administrator')).execute()
  }

  /** One that a stranger asked for: it ends the one before that a stranger asked for, and none that an administrator made. */
  async putBeside(link: NewPasswordLink): Promise<boolean> {
    const row = rowOf(link, 'stranger')
    const { numInsertedOrUpdatedRows = 0n } = await this.#db
      .insertInto('password_link')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(['user_id', 'asked_by'])
          .doUpdateSet(row)
          .where('password_link.created_at', '<=', link.createdAt),
      )
      .executeTakeFirst()
    return numInsertedOrUpdatedRows > 0n
  }

  async wasAskedForSince(userId: string, since: Date): Promise<boolean> {
    const link = await this.#db
      .selectFrom('password_link')
      .select('user_id')
      .where('user_id', '=', userId)
      .where('asked_by', '=', 'stranger')
      .where('created_at', '>', since)
      .executeTakeFirst()
    return link !== undefined
  }

  /** @returns whose link that is, while it is good */
  async userIdOf(sha256: Buffer, now: Date): Promise<string | undefined> {
    const link = await this.#db
      .selectFrom('password_link')
      .innerJoin('user_account', 'user_account.id', 'user_id')
      .select('user_id')
      .where('token_sha256', '=', sha256)
      .where('expires_at', '>', now)
      .where('disabled_at', 'is', null)
      .executeTakeFirst()
    return link?.user_id
  }

  /** Spends the link, and with it the other one that the user may have. @returns what it was, once */
  async spend(userId: string, sha256: Buffer, now: Date): Promise<PasswordLinkKind | undefined> {
    const link = await this.#db
      .deleteFrom('password_link')
      .where('user_id', '=', userId)
      .where('token_sha256', '=', sha256)
      .where('expires_at', '>', now)
      .returning('kind')
      .executeTakeFirst()
    if (link === undefined) return undefined
    await this.removeAllOf(userId)
    // The column's check names the same kinds.
    return link.kind as PasswordLinkKind
  }

  async removeAllOf(userId: string): Promise<void> {
    await this.#db.deleteFrom('password_link').where('user_id', '=', userId).execute()
  }

  async removeExpired(now: Date): Promise<void> {
    await this.#db.deleteFrom('password_link').where('expires_at', '<=', now).execute()
  }
}

function rowOf({ user, kind, sha256, createdAt, expiresAt }: NewPasswordLink, askedBy: 'administrator' | 'stranger') {
  return {
    user_id: user.id,
    asked_by: askedBy,
    kind,
    token_sha256: sha256,
    created_at: createdAt,
    expires_at: expiresAt,
  }
}
