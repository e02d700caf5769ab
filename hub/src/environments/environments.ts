import type { ChangeEnvironment, CreateEnvironment, Environment } from '@postern/protocol'
import type { Caller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { failedBy } from '../database/sql-states.ts'
import type { Keys } from '../keys/keys.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'
import { isRowId } from '../lib/row-id.ts'
import { tellChange } from '../live/changes.ts'
import type { Authority } from '../pki/authority.ts'
import type { Settings } from '../settings/settings.ts'
import { createDownloads } from './downloads.ts'
import { authenticateDeliveryToken, createEnrolment } from './enrolment.ts'
import { findEnvironmentRow, listEnvironmentRows, lockEnvironmentRow, withServers } from './environment-store.ts'
import { createRenewals } from './renewals.ts'
import { createRuntimes } from './runtimes/runtimes.ts'
import { createServerOrders } from './server-orders.ts'

export type EnvironmentParts = {
  db: DatabaseConnection['db']
  audit: Audit
  keys: Keys
  authority: Authority
  settings: Pick<Settings, 'publicNames'>
  clock: Clock
  /** The environment server's folder: `dist/postern-envsvr.mjs`, and `bundle/` with what lies beside it in a bundle. */
  serverFilesFolder: string
  /** The hub's own Node.js, which bundles for its platform carry (D20). */
  runtimeFile: string
}

export type Environments = ReturnType<typeof createEnvironments>

/** A caller that belongs to an organization: everyone but strangers. */
export type Member = Exclude<Caller, { kind: 'stranger' }>

/** Environments and their servers. Every function sees the caller's own organization and no other (ES-26). */
export function createEnvironments(parts: EnvironmentParts) {
  const { db, audit, clock } = parts
  const runtimes = createRuntimes(parts)

  return {
    runtimes,
    ...createDownloads(parts, runtimes),
    ...createEnrolment(parts),
    ...createRenewals(parts),
    ...createServerOrders(parts),

    authenticateDeliveryToken: (token: string) => authenticateDeliveryToken(db, token),

    async create(
      caller: Member,
      { name, ownerId, onHub = false }: CreateEnvironment,
      address?: string,
    ): Promise<Environment> {
      if (onHub && caller.kind !== 'machine')
        throw new Problem('forbidden', "onHub: only the hub's own machine says that an environment is beside the hub.")
      return await db.transaction().execute(async (trx) => {
        const owner = await ownerOf(trx, caller, ownerId ?? null)
        const { id } = await named(name, () =>
          trx
            .insertInto('environment')
            .values({ organization_id: caller.organizationId, name, owner_id: owner?.id ?? null, on_hub: onHub })
            .returning('id')
            .executeTakeFirstOrThrow(),
        )
        const detailOf = { name, ...(owner === undefined ? {} : { owner: owner.name }) }
        await audit.record(trx, caller, 'environment.create', `environment ${id}`, detailOf, address)
        await tell(trx, caller, id)
        return await detail(trx, caller, id)
      })
    },

    /** Another name or owner from now on, or another word on TLS inspection; servers and jobs stay with it. */
    async change(caller: Member, id: string, changes: ChangeEnvironment, address?: string): Promise<Environment> {
      return await db.transaction().execute(async (trx) => {
        const row = found(await lockEnvironmentRow(trx, caller.organizationId, id), 'environment')
        const owner = await ownerOf(trx, caller, changes.ownerId === undefined ? row.ownerId : changes.ownerId)
        const name = changes.name ?? row.name
        const allowInspectedTls = changes.allowInspectedTls ?? row.allowInspectedTls
        const now = { name, owner_id: owner?.id ?? null, allow_inspected_tls: allowInspectedTls }
        const isOtherwiseInspected = allowInspectedTls !== row.allowInspectedTls
        if (now.name === row.name && now.owner_id === row.ownerId && !isOtherwiseInspected)
          return await detail(trx, caller, id)
        await named(name, () => trx.updateTable('environment').set(now).where('id', '=', id).execute())
        const told = {
          from: row.name,
          to: name,
          owner: owner?.name ?? null,
          ...(isOtherwiseInspected && { allowInspectedTls }),
        }
        await audit.record(trx, caller, 'environment.change', `environment ${id}`, told, address)
        await tell(trx, caller, id)
        return await detail(trx, caller, id)
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
  }

  async function detail(db: Db, caller: Member, environmentId: string): Promise<Environment> {
    const row = found(await findEnvironmentRow(db, caller.organizationId, environmentId), 'environment')
    const [environment] = await withServers(db, [row], clock.now())
    return found(environment, 'environment')
  }
}

async function named<Result>(name: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write()
  } catch (error) {
    if (!failedBy(error, 'uniqueViolation')) throw error
    throw new Problem('conflict', `There is an environment "${name}" already; choose another name.`, { cause: error })
  }
}

/** An owner of the caller's organization; nothing where none is wanted. */
async function ownerOf(
  trx: Db,
  caller: Member,
  ownerId: string | null,
): Promise<{ id: string; name: string } | undefined> {
  if (ownerId === null) return undefined
  const row = isRowId(ownerId)
    ? await trx
        .selectFrom('owner')
        .select(['id', 'name'])
        .where('id', '=', ownerId)
        .where('organization_id', '=', caller.organizationId)
        .where('removal_started_at', 'is', null)
        .executeTakeFirst()
    : undefined
  if (row === undefined) throw new Problem('invalid', `ownerId: your organization has no owner ${ownerId}.`)
  return row
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
