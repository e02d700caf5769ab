import { type SetUpRequest, setupLinkMinutes } from '@postern/protocol'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import { toCaller } from './access.ts'
import type { Caller } from './caller.ts'
import { hashCredential, newCredential } from './credential.ts'
import { firstOrganizationId } from './organizations.ts'
import { hashPassword, refuseWeakPassword } from './passwords/password.ts'
import { SetupLinkStore } from './setup-link-store.ts'
import { UserStore } from './user-store.ts'
import { nameTaken } from './users.ts'

export type SetUpParts = { db: DatabaseConnection['db']; clock: Clock; audit: Audit }

export type SetUp = ReturnType<typeof createSetUp>

/** How a hub gets its first administrator, and another one where nobody can sign in any longer (D16): by a link, made on its own machine. */
export function createSetUp({ db, clock, audit }: SetUpParts) {
  async function makeLink(caller: Caller, address: string): Promise<{ token: string; expiresAt: Date }> {
    const { token, sha256 } = newCredential('')
    const expiresAt = new Date(clock.now().getTime() + setupLinkMinutes * 60_000)
    await db.transaction().execute(async (trx) => {
      await new SetupLinkStore(trx).replace(sha256, expiresAt)
      await audit.record(trx, caller, 'setup-link.create', 'set-up link', {}, address)
    })
    return { token, expiresAt }
  }

  /** Spends the link. */
  async function makeAdministrator(request: SetUpRequest, address: string): Promise<void> {
    const { username, password, setupToken } = request
    refuseWeakPassword(password, username)
    const tokenSha256 = hashCredential(setupToken)
    // Looked up first, so that strangers cannot make the hub hash passwords.
    if (!(await new SetupLinkStore(db).holds(tokenSha256, clock.now()))) throw noSetupLink()
    const organizationId = await firstOrganizationId(db)
    const passwordHash = await hashPassword(password)
    await db.transaction().execute(async (trx) => {
      if (!(await new SetupLinkStore(trx).use(tokenSha256, clock.now()))) throw noSetupLink()
      const user = await new UserStore(trx).insert({ organizationId, username, role: 'administrator', passwordHash })
      if (user === undefined) throw nameTaken(username)
      await audit.record(trx, toCaller(user), 'user.create', `user ${username}`, { by: 'set-up link' }, address)
    })
  }

  return { makeLink, makeAdministrator }
}

function noSetupLink(): Problem {
  return new Problem(
    'forbidden',
    `This set-up link was used already or is older than ${setupLinkMinutes} minutes. On the hub, run \`postern setup-link\` for a new one.`,
  )
}
