import type { Role } from '@postern/protocol'
import type { Db } from '../database/database.ts'

/** The SQL of API tokens. */
export class ApiTokenStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** @returns its id */
  async insert(token: {
    organizationId: string
    name: string
    role: Role
    sha256: Buffer
    createdBy: string
    /** Whose it is; null for tokens made on the hub's own machine. */
    userId: string | null
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
        user_id: token.userId,
        expires_at: token.expiresAt,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    return row.id
  }

  /** @returns whose it is */
  async userIdOf(tokenId: string): Promise<string | null> {
    const token = await this.#db
      .selectFrom('api_token')
      .select('user_id')
      .where('id', '=', tokenId)
      .executeTakeFirstOrThrow()
    return token.user_id
  }

  async list(organizationId: string) {
    return await this.#db
      .selectFrom('api_token')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('revoked_at', 'is', null)
      .orderBy('id')
      .limit(1000)
      .execute()
  }

  async revoke(organizationId: string, tokenId: string, now: Date): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('api_token')
      .set({ revoked_at: now })
      .where('id', '=', tokenId)
      .where('organization_id', '=', organizationId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  /** @param roles tokens of other roles stay; without it, none does */
  async revokeAllOf(userId: string, now: Date, roles?: readonly Role[]): Promise<void> {
    let query = this.#db
      .updateTable('api_token')
      .set({ revoked_at: now })
      .where('user_id', '=', userId)
      .where('revoked_at', 'is', null)
    if (roles !== undefined) query = query.where('role', 'in', roles)
    await query.execute()
  }
}
