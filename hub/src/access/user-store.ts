import type { Role } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

export type UserRow = {
  id: string
  organization_id: string
  username: string
  role: Role
  /** Null while the invited person has not chosen a password. */
  password_hash: string | null
  mail_address: string | null
  created_at: Date
  disabled_at: Date | null
}

/** The SQL of people's accounts. */
export class UserStore {
  readonly #db: Db

  constructor(db: Db) {
    this.#db = db
  }

  /** By id. @param after the id of the last row of the page before */
  async users(organizationId: string, after: string | undefined, rowsMax: number): Promise<UserRow[]> {
    let query = this.#db
      .selectFrom('user_account')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .orderBy('id')
      .limit(rowsMax)
    if (after !== undefined) query = query.where('id', '>', after)
    return (await query.execute()) as UserRow[]
  }

  async byName(username: string): Promise<UserRow | undefined> {
    return (await this.#db
      .selectFrom('user_account')
      .selectAll()
      .where(sql`lower(username)`, '=', username.toLowerCase())
      .executeTakeFirst()) as UserRow | undefined
  }

  /** Whoever may sign in by this name, or has this mail address, and can be written to. */
  async reachableBy(name: string, rowsMax: number): Promise<ReachableUser[]> {
    return (await this.#db
      .selectFrom('user_account')
      .selectAll()
      .where((row) =>
        row.or([
          row(sql`lower(username)`, '=', name.toLowerCase()),
          row(sql`lower(mail_address)`, '=', name.toLowerCase()),
        ]),
      )
      .where('disabled_at', 'is', null)
      .where('mail_address', 'is not', null)
      .orderBy('id')
      .limit(rowsMax)
      .execute()) as ReachableUser[]
  }

  /**
   * Holds the row until the transaction ends. Whatever changes an account, its password, its address or its password links does this before
   * it touches another row of the account: of two at once the second waits, and what is read here still holds when it is written.
   */
  async hold(userId: string): Promise<UserRow | undefined> {
    return (await this.#db
      .selectFrom('user_account')
      .selectAll()
      .where('id', '=', userId)
      .forNoKeyUpdate()
      .executeTakeFirst()) as UserRow | undefined
  }

  /** Likewise, of this organization's. */
  async holdOf(organizationId: string, userId: string): Promise<UserRow | undefined> {
    const user = await this.hold(userId)
    return user?.organization_id === organizationId ? user : undefined
  }

  /** Holds the row likewise, beside others who only ask. @returns whether the password that was checked is still the one in force */
  async isStill(userId: string, passwordHash: string): Promise<boolean> {
    const user = await this.#db
      .selectFrom('user_account')
      .select('id')
      .where('id', '=', userId)
      .where('password_hash', '=', passwordHash)
      .where('disabled_at', 'is', null)
      .forShare()
      .executeTakeFirst()
    return user !== undefined
  }

  /** Holds the row likewise, beside others who only ask. @returns nothing where the account is disabled */
  async roleInForce(userId: string): Promise<Role | undefined> {
    const user = await this.#db
      .selectFrom('user_account')
      .select('role')
      .where('id', '=', userId)
      .where('disabled_at', 'is', null)
      .forShare()
      .executeTakeFirst()
    return user?.role as Role | undefined
  }

  /**
   * One change at a time, so that two administrators cannot take each other's role away at once. Before `hold`; rows that only name the
   * organization, such as a token that a user of it makes meanwhile, do not wait.
   */
  async lockOrganization(organizationId: string): Promise<void> {
    await this.#db.selectFrom('organization').select('id').where('id', '=', organizationId).forNoKeyUpdate().execute()
  }

  async hasOtherAdministrator(organizationId: string, userId: string): Promise<boolean> {
    const other = await this.#db
      .selectFrom('user_account')
      .select('id')
      .where('organization_id', '=', organizationId)
      .where('id', '!=', userId)
      .where('role', '=', 'administrator')
      .where('disabled_at', 'is', null)
      .where('password_hash', 'is not', null)
      .limit(1)
      .executeTakeFirst()
    return other !== undefined
  }

  /** The row is held by it. @param passwordHash null for one who is invited @returns nothing where the name is taken */
  async insert(user: {
    organizationId: string
    username: string
    role: Role
    passwordHash: string | null
    mailAddress?: string
  }): Promise<UserRow | undefined> {
    return (await this.#db
      .insertInto('user_account')
      .values({
        organization_id: user.organizationId,
        username: user.username,
        role: user.role,
        password_hash: user.passwordHash,
        mail_address: user.mailAddress ?? null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst()) as UserRow | undefined
  }

  async change(
    userId: string,
    change: Partial<Pick<UserRow, 'role' | 'mail_address' | 'disabled_at' | 'password_hash'>>,
  ): Promise<UserRow> {
    return (await this.#db
      .updateTable('user_account')
      .set(change)
      .where('id', '=', userId)
      .returningAll()
      .executeTakeFirstOrThrow()) as UserRow
  }
}

/** Who has a mail address. */
export type ReachableUser = UserRow & { mail_address: string }
