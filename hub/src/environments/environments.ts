import type { Environment, EnvironmentServer } from '@postern/protocol'
import type { Caller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Keys } from '../keys/keys.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'
import { isRowId } from '../lib/row-id.ts'
import { tellChange } from '../live/changes.ts'
import type { Authority } from '../pki/authority.ts'
import type { Settings } from '../settings/settings.ts'
import { createDownloads } from './downloads.ts'
import { authenticateDeliveryToken, createEnrolment } from './enrolment.ts'
import {
  findEnvironmentRow,
  findServer,
  listEnvironmentRows,
  lockEnvironmentRow,
  withServers,
} from './environment-store.ts'

export type EnvironmentParts = {
  db: DatabaseConnection['db']
  audit: Audit
  keys: Keys
  authority: Authority
  settings: Pick<Settings, 'publicNames'>
  clock: Clock
  /** The environment server's folder: `dist/postern-envsvr.mjs`, and `bundle/` with what lies beside it in a bundle. */
  serverFilesFolder: string
  /** The Node executable that bundles carry (D20). */
  runtimeFile: string
}

export type Environments = ReturnType<typeof createEnvironments>

/** A caller that belongs to an organization: everyone but strangers. */
export type Member = Exclude<Caller, { kind: 'stranger' }>

/** Environments and their servers. Every function sees the caller's own organization and no other (ES-26). */
export function createEnvironments(parts: EnvironmentParts) {
  const { db, audit, clock } = parts

  async function inEnvironment(
    db: Db,
    caller: Member,
    environmentId: string,
    serverXid: string,
  ): Promise<EnvironmentServer> {
    const environment = found(await findEnvironmentRow(db, caller.organizationId, environmentId), 'environment')
    return found(await findServer(db, environment.id, serverXid, clock.now()), 'environment server')
  }

  return {
    ...createDownloads(parts),
    ...createEnrolment(parts),

    authenticateDeliveryToken: (token: string) => authenticateDeliveryToken(db, token),

    async create(caller: Member, name: string, address?: string): Promise<Environment> {
      return await db.transaction().execute(async (trx) => {
        const row = await trx
          .insertInto('environment')
          .values({ organization_id: caller.organizationId, name })
          .onConflict((conflict) =>
            conflict.columns(['organization_id', 'name']).where('deleted_at', 'is', null).doNothing(),
          )
          .returning('id')
          .executeTakeFirst()
        if (row === undefined)
          throw new Problem('conflict', `There is an environment "${name}" already; choose another name.`)
        await audit.record(trx, caller, 'environment.create', `environment ${row.id}`, { name }, address)
        await tell(trx, caller, row.id)
        return await detail(trx, caller, row.id)
      })
    },

    /** @param after the id of the last environment of the page before */
    async list(caller: Member, after: string | undefined, rowsMax: number): Promise<Environment[]> {
      return await withServers(db, await listEnvironmentRows(db, caller.organizationId, after, rowsMax), clock.now())
    },

    /** Whether a live page of an organization may follow a server. */
    async isVisible(organizationId: string, serverXid: string): Promise<boolean> {
      if (!isRowId(serverXid)) return false
      const row = await db
        .selectFrom('environment_server')
        .innerJoin('environment', 'environment.id', 'environment_server.environment_id')
        .select('server_xid')
        .where('server_xid', '=', serverXid)
        .where('organization_id', '=', organizationId)
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
      return row !== undefined
    },

    get: (caller: Member, environmentId: string): Promise<Environment> => detail(db, caller, environmentId),

    /** Only once nothing names it any more; its servers lose their identity with it (ES-26). */
    async remove(caller: Member, environmentId: string, address?: string): Promise<void> {
      await db.transaction().execute(async (trx) => {
        const row = found(await lockEnvironmentRow(trx, caller.organizationId, environmentId), 'environment')
        await requireUnused(trx, row.id)
        const now = clock.now()
        await trx
          .updateTable('environment_server')
          .set({ revoked_at: now })
          .where('environment_id', '=', row.id)
          .where('revoked_at', 'is', null)
          .execute()
        await trx.updateTable('environment').set({ deleted_at: now }).where('id', '=', row.id).execute()
        await audit.record(trx, caller, 'environment.delete', `environment ${row.id}`, { name: row.name }, address)
        await tell(trx, caller, row.id)
      })
    },

    getServer: (caller: Member, environmentId: string, serverXid: string): Promise<EnvironmentServer> =>
      inEnvironment(db, caller, environmentId, serverXid),

    /** A person has compared the fingerprint: executions may be placed on it now (S9). */
    async confirm(
      caller: Member,
      environmentId: string,
      serverXid: string,
      address?: string,
    ): Promise<EnvironmentServer> {
      return await db.transaction().execute(async (trx) => {
        const server = await inEnvironment(trx, caller, environmentId, serverXid)
        if (server.presence === 'revoked')
          throw new Problem('conflict', `${server.name} was revoked, which is for good.`)
        if (server.enrolledAt === null)
          throw new Problem('conflict', `${server.name} has not enrolled yet; there is no fingerprint to confirm.`)
        if (server.confirmed) return server
        await trx
          .updateTable('environment_server')
          .set({ confirmed_at: clock.now(), confirmed_by: caller.name })
          .where('server_xid', '=', serverXid)
          .execute()
        const { keyFingerprint } = server
        await audit.record(
          trx,
          caller,
          'environment-server.confirm',
          `environment server ${serverXid}`,
          { keyFingerprint },
          address,
        )
        await tell(trx, caller, environmentId)
        return await inEnvironment(trx, caller, environmentId, serverXid)
      })
    },

    /** Its certificate and tokens are worthless from now on; the broker cuts its connection within seconds. */
    async revoke(
      caller: Member,
      environmentId: string,
      serverXid: string,
      address?: string,
    ): Promise<EnvironmentServer> {
      return await db.transaction().execute(async (trx) => {
        const server = await inEnvironment(trx, caller, environmentId, serverXid)
        if (server.presence === 'revoked') return server
        await trx
          .updateTable('environment_server')
          .set({ revoked_at: clock.now(), enrolment_token_sha256: null })
          .where('server_xid', '=', serverXid)
          .execute()
        await audit.record(
          trx,
          caller,
          'environment-server.revoke',
          `environment server ${serverXid}`,
          { name: server.name },
          address,
        )
        await tell(trx, caller, environmentId)
        return await inEnvironment(trx, caller, environmentId, serverXid)
      })
    },
  }

  async function detail(db: Db, caller: Member, environmentId: string): Promise<Environment> {
    const row = found(await findEnvironmentRow(db, caller.organizationId, environmentId), 'environment')
    const [environment] = await withServers(db, [row], clock.now())
    return found(environment, 'environment')
  }
}

async function tell(trx: Db, { organizationId }: Member, environmentId: string): Promise<void> {
  await tellChange(trx, { changed: 'environments', id: environmentId, part: 'state', organizationId })
}

async function requireUnused(trx: Db, environmentId: string): Promise<void> {
  const jobs = await trx
    .selectFrom('job')
    .select('name')
    .where('environment_id', '=', environmentId)
    .where('deleted_at', 'is', null)
    .orderBy('name')
    .limit(5)
    .execute()
  if (jobs.length > 0) {
    const names = jobs.map(({ name }) => `"${name}"`).join(', ')
    throw new Problem(
      'conflict',
      `Jobs name this environment: ${names}. Point them at another environment, or delete them, first.`,
    )
  }
  const open = await trx
    .selectFrom('execution')
    .select('id')
    .where('environment_id', '=', environmentId)
    .where('finished_at', 'is', null)
    .executeTakeFirst()
  if (open !== undefined)
    throw new Problem('conflict', `Execution ${open.id} is not finished here. Wait for it, or cancel it, first.`)
}
