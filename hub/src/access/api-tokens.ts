import type { CreatedToken, CreateToken } from '@postern/protocol'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import type { PersonCaller } from './caller.ts'
import { newCredential } from './credential.ts'
import { refuseAbove } from './role-rank.ts'
import { ApiTokenStore } from './api-token-store.ts'
import { UserStore } from './user-store.ts'

const tokenDaysDefault = 90
const dayMs = 86_400_000

export type ApiTokensParts = { db: DatabaseConnection['db']; clock: Clock; audit: Audit }

export type ApiTokens = ReturnType<typeof createApiTokens>

/** API tokens, which end with the account that they come from. */
export function createApiTokens({ db, clock, audit }: ApiTokensParts) {
  async function list(organizationId: string) {
    return await new ApiTokenStore(db).list(organizationId)
  }

  async function create(caller: PersonCaller, request: CreateToken, address: string): Promise<CreatedToken> {
    const { name, role, expiresInDays = tokenDaysDefault } = request
    refuseAbove(caller.role, role)
    const { token, sha256 } = newCredential('pst_')
    const expiresAt = new Date(clock.now().getTime() + expiresInDays * dayMs)
    const id = await db.transaction().execute(async (trx) => {
      const userId = await userIdOf(trx, caller)
      // Its role may have been lowered since the request began.
      if (userId !== null) refuseAbove(await roleInForce(trx, userId), role)
      const { organizationId, name: createdBy } = caller
      const id = await new ApiTokenStore(trx).insert({
        organizationId,
        name,
        role,
        sha256,
        createdBy,
        userId,
        expiresAt,
      })
      await audit.record(trx, caller, 'token.create', `token ${id}`, { name, role }, address)
      return id
    })
    return { id, name, role, token, expiresAt: expiresAt.toISOString() }
  }

  async function revoke(caller: PersonCaller, tokenId: string, address: string): Promise<void> {
    await db.transaction().execute(async (trx) => {
      if (!(await new ApiTokenStore(trx).revoke(caller.organizationId, tokenId, clock.now()))) {
        throw new Problem('not-found', 'There is no such token, or it is revoked already.')
      }
      await audit.record(trx, caller, 'token.revoke', `token ${tokenId}`, {}, address)
    })
  }

  return { list, create, revoke }
}

/** Whose account a caller's credential comes from; nobody's for the machine's own door. */
async function userIdOf(trx: Db, caller: PersonCaller): Promise<string | null> {
  if (caller.kind === 'machine') return null
  return caller.kind === 'user' ? caller.userId : await new ApiTokenStore(trx).userIdOf(caller.tokenId)
}

/** Holds the account until the transaction ends. */
async function roleInForce(trx: Db, userId: string) {
  const role = await new UserStore(trx).roleInForce(userId)
  if (role !== undefined) return role
  throw new Problem('unauthenticated', 'The account of this session or token is disabled. Ask an administrator.')
}
