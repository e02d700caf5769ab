import type { Role } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

export type UserRow = {
  id: string
  organization_id: string
  username: string
  role: Role
  password_hash: string
  created_at: Date
  disabled_at: Date | null
}

/** The SQL of users, sessions, API tokens and set-up links. */
export class AccessStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  async userByName(username: string): Promise<UserRow | undefined> {
    return (await this.#db
      .selectFrom('user_account')
      .selectAll()
      .where(sql`lower(username)`, '=', username.toLowerCase())
      .executeTakeFirst()) as UserRow | undefined
  }

  async users(organizationId: string): Promise<UserRow[]> {
    return (await this.#db
      .selectFrom('user_account')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .orderBy('username')
      .limit(1000)
      .execute()) as UserRow[]
  }

  async insertUser(
    organizationId: string,
    username: string,
    role: Role,
    passwordHash: string,
  ): Promise<UserRow | undefined> {
    return (await this.#db
      .insertInto('user_account')
      .values({ organization_id: organizationId, username, role, password_hash: passwordHash })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst()) as UserRow | undefined
  }

  async insertSession(userId: string, tokenSha256: Buffer, expiresAt: Date, address: string): Promise<void> {
    await this.#db
      .insertInto('session')
      .values({ token_sha256: tokenSha256, user_id: userId, expires_at: expiresAt, address })
      .execute()
  }

  /** The session's user, if both still live; notes the use at most once a minute. */
  async deleteSession(tokenSha256: Buffer): Promise<void> {
    await this.#db.deleteFrom('session').where('token_sha256', '=', tokenSha256).execute()
  }

  async insertToken(token: {
    organizationId: string
    name: string
    role: Role
    sha256: Buffer
    createdBy: string
    expiresAt: Date
  }): Promise<string> {
    const row = await this.#db
      .insertInto('api_token')
      .values({
        organization_id: token.organizationId,
        name: token.name,
        role: token.role,
        token_sha256: token.sha256,
        created_by: token.createdBy,
        expires_at: token.expiresAt,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return row.id
  }

  async tokens(organizationId: string) {
    return await this.#db
      .selectFrom('api_token')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('revoked_at', 'is', null)
      .orderBy('id')
      .limit(1000)
      .execute()
  }

  async revokeToken(organizationId: string, tokenId: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('api_token')
      .set({ revoked_at: new Date() })
      .where('id', '=', tokenId)
      .where('organization_id', '=', organizationId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  /** A new link ends all older ones: at most one is ever good. */
  async replaceSetupLink(tokenSha256: Buffer, expiresAt: Date): Promise<void> {
    await this.#db.deleteFrom('setup_link').execute()
    await this.#db.insertInto('setup_link').values({ token_sha256: tokenSha256, expires_at: expiresAt }).execute()
  }

  /** True once, for a link that lives. */
  async useSetupLink(tokenSha256: Buffer, now: Date): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('setup_link')
      .set({ used_at: now })
      .where('token_sha256', '=', tokenSha256)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async recentFailures(subject: string, since: Date): Promise<number> {
    const { rows } = await sql<{ count: string }>`
      select count(*) as count from sign_in_failure where subject = ${subject} and at > ${since}`.execute(this.#db)
    return Number(rows[0]?.count)
  }

  async insertFailure(subjects: string[], at: Date): Promise<void> {
    await this.#db
      .insertInto('sign_in_failure')
      .values(subjects.map((subject) => ({ subject, at })))
      .execute()
  }

  async organizations() {
    return await this.#db.selectFrom('organization').select(['id', 'name']).orderBy('id').limit(1000).execute()
  }
}
