import type {
  CreateNotificationRule,
  NotificationKind,
  NotificationRule,
  UpdateNotificationRule,
} from '@postern/protocol'
import type { PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'
import { isRowId } from '../lib/row-id.ts'
import { notificationLimits } from './notification-limits.ts'

export type RulesParts = { db: DatabaseConnection['db']; clock: Clock; audit: Audit }

/** Who is told of what by mail: rules of an organization, for all of it, an environment or a job (D33). */
export function createRules({ db, clock, audit }: RulesParts) {
  async function create(
    caller: PersonCaller,
    wanted: CreateNotificationRule,
    address?: string,
  ): Promise<NotificationRule> {
    const { organizationId } = caller
    const { jobId, environmentId } = wanted
    if (jobId !== undefined && environmentId !== undefined)
      throw new Problem('invalid', 'A rule is for a job or for an environment: leave out jobId or environmentId.')
    return await db.transaction().execute(async (trx) => {
      await requireSubject(trx, organizationId, 'job', jobId)
      await requireSubject(trx, organizationId, 'environment', environmentId)
      // Two at once could pass one bound together.
      await trx.selectFrom('organization').select('id').where('id', '=', organizationId).forUpdate().execute()
      const { count } = await trx
        .selectFrom('notification_rule')
        .select((of) => of.fn.countAll<string>().as('count'))
        .where('organization_id', '=', organizationId)
        .executeTakeFirstOrThrow()
      if (Number(count) >= notificationLimits.rulesMax)
        throw new Problem('conflict', `There are ${notificationLimits.rulesMax} rules already. Delete some first.`)
      const { id } = await trx
        .insertInto('notification_rule')
        .values({
          organization_id: organizationId,
          job_id: jobId ?? null,
          environment_id: environmentId ?? null,
          kinds: unique(wanted.kinds),
          recipients: unique(wanted.recipients),
          created_by: caller.name,
          created_at: clock.now(),
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      await audit.record(trx, caller, 'notification-rule.create', `notification rule ${id}`, wanted, address)
      return await read(trx, organizationId, id)
    })
  }

  async function update(
    caller: PersonCaller,
    id: string,
    { kinds, recipients }: UpdateNotificationRule,
    address?: string,
  ): Promise<NotificationRule> {
    return await db.transaction().execute(async (trx) => {
      await read(trx, caller.organizationId, id)
      const changes = {
        ...(kinds && { kinds: unique(kinds) }),
        ...(recipients && { recipients: unique(recipients) }),
      }
      if (Object.keys(changes).length > 0)
        await trx.updateTable('notification_rule').set(changes).where('id', '=', id).execute()
      await audit.record(trx, caller, 'notification-rule.update', `notification rule ${id}`, changes, address)
      return await read(trx, caller.organizationId, id)
    })
  }

  async function remove(caller: PersonCaller, id: string, address?: string): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const rule = await read(trx, caller.organizationId, id)
      await trx.deleteFrom('notification_rule').where('id', '=', id).execute()
      await audit.record(trx, caller, 'notification-rule.delete', `notification rule ${id}`, rule, address)
    })
  }

  return {
    create,
    update,
    remove,
    get: async (caller: PersonCaller, id: string) => await read(db, caller.organizationId, id),
    /** Oldest first. @param after the id of the last row of the page before */
    async list(organizationId: string, after: string | undefined, rowsMax: number): Promise<NotificationRule[]> {
      let query = rulesOf(db, organizationId).orderBy('r.id').limit(rowsMax)
      if (after !== undefined) query = query.where('r.id', '>', after)
      return (await query.execute()).map(toApi)
    },
  }
}

async function requireSubject(
  trx: Db,
  organizationId: string,
  table: 'job' | 'environment',
  id: string | undefined,
): Promise<void> {
  if (id === undefined) return
  const row = isRowId(id)
    ? await trx
        .selectFrom(table)
        .select('id')
        .where('id', '=', id)
        .where('organization_id', '=', organizationId)
        .where('deleted_at', 'is', null)
        .executeTakeFirst()
    : undefined
  found(row, table)
}

async function read(db: Db, organizationId: string, id: string): Promise<NotificationRule> {
  const row = isRowId(id) ? await rulesOf(db, organizationId).where('r.id', '=', id).executeTakeFirst() : undefined
  return toApi(found(row, 'notification rule'))
}

/** Those of deleted jobs and environments tell of nothing, and are not shown. */
function rulesOf(db: Db, organizationId: string) {
  return db
    .selectFrom('notification_rule as r')
    .leftJoin('job as j', 'j.id', 'r.job_id')
    .leftJoin('environment as e', 'e.id', 'r.environment_id')
    .select([
      'r.id',
      'r.kinds',
      'r.recipients',
      'r.created_by',
      'r.created_at',
      'r.job_id',
      'j.name as job_name',
      'r.environment_id',
      'e.name as environment_name',
    ])
    .where('r.organization_id', '=', organizationId)
    .where('j.deleted_at', 'is', null)
    .where('e.deleted_at', 'is', null)
}

function toApi(row: Awaited<ReturnType<ReturnType<typeof rulesOf>['executeTakeFirstOrThrow']>>): NotificationRule {
  return {
    id: row.id,
    job: named(row.job_id, row.job_name),
    environment: named(row.environment_id, row.environment_name),
    // Written by this feature alone, of what the protocol's schema let in.
    kinds: row.kinds as NotificationKind[],
    recipients: row.recipients,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  }
}

function named(id: string | null, name: string | null): { id: string; name: string } | null {
  return id === null ? null : { id, name: name ?? '' }
}

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)]
}
