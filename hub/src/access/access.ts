import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import type { Caller } from './caller.ts'
import { hashCredential, newCredential } from './credential.ts'
import { FailedTries, personBounds } from './failed-tries.ts'
import { listOrganizations } from './organizations.ts'
import { verifyPassword } from './passwords/password.ts'
import { SessionStore } from './session-store.ts'
import { UsedCredentials } from './used-credentials.ts'
import { type UserRow, UserStore } from './user-store.ts'

export const sessionHours = 12

/** Who comes in: people by their passwords, then by their sessions, and API tokens. */
export class Access {
  readonly #db: DatabaseConnection['db']
  readonly #used: UsedCredentials
  readonly #audit: Audit
  readonly #clock: Clock
  readonly #failedTries: FailedTries

  constructor(connection: Pick<DatabaseConnection, 'db' | 'pool'>, audit: Audit, clock: Clock) {
    this.#db = connection.db
    this.#used = new UsedCredentials(connection)
    this.#audit = audit
    this.#clock = clock
    this.#failedTries = new FailedTries(connection.db, clock)
  }

  async organizations() {
    return await listOrganizations(this.#db)
  }

  /** @returns the session's token, for a cookie */
  async signIn(username: string, password: string, address: string): Promise<{ token: string; expiresAt: Date }> {
    const user = await this.#checkPassword(username, password, address)
    if (user === undefined) throw wrongSignIn()
    const { token, sha256 } = newCredential('')
    const expiresAt = new Date(this.#clock.now().getTime() + sessionHours * 3_600_000)
    await this.#db.transaction().execute(async (trx) => {
      // Disabled, or given another password, since it was checked: such a session would outlive what ended all of them.
      if (!(await new UserStore(trx).isStill(user.id, user.password_hash))) throw wrongSignIn()
      await new SessionStore(trx).insert(user.id, sha256, expiresAt, address)
      await this.#audit.record(trx, toCaller(user), 'session.create', `user ${user.username}`, {}, address)
    })
    return { token, expiresAt }
  }

  async signOut(token: string): Promise<void> {
    await new SessionStore(this.#db).end(hashCredential(token))
  }

  async callerOfSession(token: string): Promise<Caller | undefined> {
    const user = await this.#used.session(hashCredential(token), this.#clock.now())
    return user === undefined ? undefined : toCaller(user)
  }

  /** Of the cookies that are asked about, for connections that outlive the request that opened them. */
  async sessionsInForce(tokens: readonly string[]): Promise<ReadonlySet<string>> {
    const tokenOf = new Map(tokens.map((token) => [hashCredential(token).toString('hex'), token]))
    const hashes = [...tokenOf.keys()].map((hex) => Buffer.from(hex, 'hex'))
    const inForce = await new SessionStore(this.#db).inForce(hashes, this.#clock.now())
    return new Set(inForce.flatMap((hash) => tokenOf.get(hash.toString('hex')) ?? []))
  }

  async callerOfToken(token: string): Promise<Caller | undefined> {
    const row = await this.#used.token(hashCredential(token), this.#clock.now())
    if (row === undefined) return undefined
    return { kind: 'token', tokenId: row.id, name: row.name, role: row.role, organizationId: row.organization_id }
  }

  /**
   * For what a session alone must not change. Wrong ones count like failed sign-ins.
   * @returns the hash of the password that was checked, which may be another one's by the time of the change
   */
  async requirePassword(caller: Caller, password: string, address: string): Promise<string> {
    const user = await this.#checkPassword(caller.name, password, address)
    if (user === undefined) throw notYourPassword()
    return user.password_hash
  }

  /** Every hour: sessions and failures that have no effect any more. */
  async tidy(): Promise<void> {
    await new SessionStore(this.#db).removeExpired(this.#clock.now())
    await this.#failedTries.tidy()
  }

  /** @returns whose password it is, if it is right and the account is in force */
  async #checkPassword(
    username: string,
    password: string,
    address: string,
  ): Promise<(UserRow & { password_hash: string }) | undefined> {
    const bounds = personBounds(username, address)
    await this.#failedTries.refuseAtBound(bounds)
    const user = await new UserStore(this.#db).byName(username)
    const passwordHash = user?.password_hash ?? undefined
    const isGood = await verifyPassword(password, passwordHash)
    if (isGood && user !== undefined && passwordHash !== undefined && user.disabled_at === null)
      return { ...user, password_hash: passwordHash }
    await this.#failedTries.count(bounds)
    return undefined
  }
}

export function toCaller(user: Pick<UserRow, 'id' | 'username' | 'role' | 'organization_id'>): Caller {
  return { kind: 'user', userId: user.id, name: user.username, role: user.role, organizationId: user.organization_id }
}

export function notYourPassword(): Problem {
  return new Problem('forbidden', 'This is not your password. Nothing was changed.')
}

function wrongSignIn(): Problem {
  return new Problem('unauthenticated', 'User name or password is wrong.')
}
