import type { CreateToken, CreateUser, Role, SetUpRequest } from '@postern/protocol'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import { AccessStore } from './access-store.ts'
import type { Caller, PersonCaller } from './caller.ts'
import { hashCredential, newCredential } from './credential.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { UsedCredentials } from './used-credentials.ts'

export const sessionHours = 12
const setupLinkMinutes = 30
const tokenDaysDefault = 90
const dayMs = 86_400_000
/** Failed sign-ins by one name or from one address within the window before further ones are refused. */
export const signInFailuresMax = 10
export const signInWindowMs = 15 * 60_000

/** Users, sessions, API tokens and the set-up link. */
export class Access {
  readonly #db: DatabaseConnection['db']
  readonly #store: AccessStore
  readonly #used: UsedCredentials
  readonly #audit: Audit
  readonly #clock: Clock

  constructor(connection: Pick<DatabaseConnection, 'db' | 'pool'>, audit: Audit, clock: Clock) {
    this.#db = connection.db
    this.#store = new AccessStore(connection.db)
    this.#used = new UsedCredentials(connection)
    this.#audit = audit
    this.#clock = clock
  }

  /** The organization that a new hub starts with; the local socket acts in it. */
  async firstOrganizationId(): Promise<string> {
    await this.#db
      .insertInto('organization')
      .values({ name: 'Main' })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    const first = (await this.#store.organizations())[0]
    if (first === undefined) throw new Error('there is no organization after one was made')
    return first.id
  }

  async organizations() {
    return await this.#store.organizations()
  }

  async makeSetupLink(caller: Caller, address: string): Promise<{ token: string; expiresAt: Date }> {
    const { token, sha256 } = newCredential('')
    const expiresAt = new Date(this.#clock.now().getTime() + setupLinkMinutes * 60_000)
    await this.#db.transaction().execute(async (trx) => {
      await new AccessStore(trx).replaceSetupLink(sha256, expiresAt)
      await this.#audit.record(trx, caller, 'setup-link.create', 'set-up link', {}, address)
    })
    return { token, expiresAt }
  }

  /** Makes an administrator by a set-up link, which is spent by it. */
  async setUp(request: SetUpRequest, address: string): Promise<void> {
    const organizationId = await this.firstOrganizationId()
    const passwordHash = await hashPassword(request.password)
    await this.#db.transaction().execute(async (trx) => {
      const store = new AccessStore(trx)
      if (!(await store.useSetupLink(hashCredential(request.setupToken), this.#clock.now()))) {
        throw new Problem(
          'forbidden',
          'This set-up link was used already or is older than 30 minutes. On the hub, run `postern setup-link` for a new one.',
        )
      }
      const user = await store.insertUser(organizationId, request.username, 'administrator', passwordHash)
      if (user === undefined) throw nameTaken(request.username)
      const actor: Caller = {
        kind: 'user',
        userId: user.id,
        name: user.username,
        role: 'administrator',
        organizationId,
      }
      await this.#audit.record(trx, actor, 'user.create', `user ${user.username}`, { by: 'set-up link' }, address)
    })
  }

  /** @returns the session's token, for a cookie */
  async signIn(username: string, password: string, address: string): Promise<{ token: string; expiresAt: Date }> {
    await this.#refuseGuessing(username, address)
    const user = await this.#store.userByName(username)
    const good = await verifyPassword(password, user?.password_hash)
    if (!good || user === undefined || user.disabled_at !== null) {
      await this.#store.insertFailure([`name ${username.toLowerCase()}`, `address ${address}`], this.#clock.now())
      throw new Problem('unauthenticated', 'User name or password is wrong.')
    }
    const { token, sha256 } = newCredential('')
    const expiresAt = new Date(this.#clock.now().getTime() + sessionHours * 3_600_000)
    await this.#db.transaction().execute(async (trx) => {
      await new AccessStore(trx).insertSession(user.id, sha256, expiresAt, address)
      await this.#audit.record(trx, toCaller(user), 'session.create', `user ${user.username}`, {}, address)
    })
    return { token, expiresAt }
  }

  async signOut(token: string): Promise<void> {
    await this.#store.deleteSession(hashCredential(token))
  }

  async callerOfSession(token: string): Promise<Caller | undefined> {
    const user = await this.#used.session(hashCredential(token), this.#clock.now())
    return user === undefined ? undefined : toCaller(user)
  }

  async callerOfToken(token: string): Promise<Caller | undefined> {
    const row = await this.#used.token(hashCredential(token), this.#clock.now())
    if (row === undefined) return undefined
    return { kind: 'token', tokenId: row.id, name: row.name, role: row.role, organizationId: row.organization_id }
  }

  async createToken(caller: PersonCaller, request: CreateToken, address: string) {
    refuseAbove(caller.role, request.role)
    const { token, sha256 } = newCredential('pst_')
    const expiresAt = new Date(this.#clock.now().getTime() + (request.expiresInDays ?? tokenDaysDefault) * dayMs)
    const id = await this.#db.transaction().execute(async (trx) => {
      const id = await new AccessStore(trx).insertToken({
        organizationId: caller.organizationId,
        name: request.name,
        role: request.role,
        sha256,
        createdBy: caller.name,
        expiresAt,
      })
      await this.#audit.record(
        trx,
        caller,
        'token.create',
        `token ${id}`,
        { name: request.name, role: request.role },
        address,
      )
      return id
    })
    return { id, name: request.name, role: request.role, token, expiresAt: expiresAt.toISOString() }
  }

  async tokens(organizationId: string) {
    return await this.#store.tokens(organizationId)
  }

  async revokeToken(caller: PersonCaller, tokenId: string, address: string): Promise<void> {
    await this.#db.transaction().execute(async (trx) => {
      if (!(await new AccessStore(trx).revokeToken(caller.organizationId, tokenId))) {
        throw new Problem('not-found', 'There is no such token, or it is revoked already.')
      }
      await this.#audit.record(trx, caller, 'token.revoke', `token ${tokenId}`, {}, address)
    })
  }

  async users(organizationId: string) {
    return await this.#store.users(organizationId)
  }

  async createUser(caller: PersonCaller, request: CreateUser, address: string) {
    refuseAbove(caller.role, request.role)
    const passwordHash = await hashPassword(request.password)
    return await this.#db.transaction().execute(async (trx) => {
      const user = await new AccessStore(trx).insertUser(
        caller.organizationId,
        request.username,
        request.role,
        passwordHash,
      )
      if (user === undefined) throw nameTaken(request.username)
      await this.#audit.record(trx, caller, 'user.create', `user ${user.username}`, { role: request.role }, address)
      return user
    })
  }

  /** Counts by name and by address, so that neither one name nor one machine can be tried for long. */
  async #refuseGuessing(username: string, address: string): Promise<void> {
    const since = new Date(this.#clock.now().getTime() - signInWindowMs)
    for (const subject of [`name ${username.toLowerCase()}`, `address ${address}`]) {
      if ((await this.#store.recentFailures(subject, since)) >= signInFailuresMax) {
        throw new Problem('too-many', 'Too many failed sign-ins. Wait a quarter of an hour and try again.')
      }
    }
  }
}

function toCaller(user: { id: string; username: string; role: Role; organization_id: string }): Caller {
  return { kind: 'user', userId: user.id, name: user.username, role: user.role, organizationId: user.organization_id }
}

const rank: Record<Role, number> = { 'read-only': 0, analyst: 1, 'organization-administrator': 2, administrator: 3 }

function refuseAbove(own: Role, wanted: Role): void {
  if (rank[wanted] > rank[own])
    throw new Problem('forbidden', `You cannot give the role ${wanted}, which is above your own.`)
}

function nameTaken(username: string): Problem {
  return new Problem('conflict', `There is already a user named ${username}. Choose another name.`)
}
