import {
  type CreateJob,
  type Execution,
  type Job,
  jobRetries,
  jobTimeouts,
  type Schedule,
  type SchedulePreview,
  type SkippedRun,
  type UpdateJob,
} from '@postern/protocol'
import type { PersonCaller } from '../access/caller.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import { brokeUnique } from '../database/sql-states.ts'
import { isRepeatable } from '../executions/build-command.ts'
import type { Executions } from '../executions/executions.ts'
import { secretContext } from '../executions/placer.ts'
import type { Keys } from '../keys/keys.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'
import { isRowId } from '../lib/row-id.ts'
import { neverDeletes, requireRules } from '../lifecycle/feed-rules.ts'
import { tellChange } from '../live/changes.ts'
import { mergeChanges, stillKept, withoutNames } from './job-changes.ts'
import { appFor, environmentFor, ownersOf, resolveReferences, usersOf } from './job-references.ts'
import {
  findJob,
  forgetKept,
  hideJob,
  insertJob,
  type JobFilter,
  type JobRow,
  listJobs,
  lockJob,
  openExecutionOf,
  putJobReferences,
  putJobSecrets,
  type StoredJob,
  toApi,
  updateJob,
} from './job-store.ts'
import { checkedSchedule, nextRun, nextRuns } from './next-run.ts'
import { checkParameters } from './parameters.ts'
import { listSkippedRuns } from './skipped-runs.ts'

export type JobsParts = { db: DatabaseConnection['db']; keys: Keys; clock: Clock; audit: Audit; executions: Executions }

export type Jobs = ReturnType<typeof createJobs>

/** Jobs: an app with its parameters, environment and schedule. */
export function createJobs({ db, keys, clock, audit, executions }: JobsParts) {
  async function create(caller: PersonCaller, wanted: CreateJob, address?: string): Promise<Job> {
    return await db.transaction().execute(async (trx) => {
      const id = await write(trx, caller, undefined, wanted)
      await audit.record(trx, caller, 'job.create', `job ${id}`, auditDetail(wanted), address)
      await tell(trx, caller, id)
      return await read(trx, caller, id)
    })
  }

  /** Fields that are left out stay as they are; `parameters` are replaced as a whole, but for secrets that are not given. */
  async function update(caller: PersonCaller, id: string, changes: UpdateJob, address?: string): Promise<Job> {
    return await db.transaction().execute(async (trx) => {
      const before = found(isRowId(id) ? await lockJob(trx, caller.organizationId, id) : undefined, 'job')
      await write(trx, caller, before, mergeChanges(before, changes))
      await audit.record(trx, caller, 'job.update', `job ${id}`, auditDetail(changes), address)
      await tell(trx, caller, id)
      return await read(trx, caller, id)
    })
  }

  /** Checks the whole job as it shall be and writes it. @returns its id */
  async function write(
    trx: Db,
    caller: PersonCaller,
    before: StoredJob | undefined,
    wanted: CreateJob,
  ): Promise<string> {
    const { organizationId } = caller
    const app = await appFor(trx, wanted.appId)
    const environment = await environmentFor(trx, organizationId, wanted.environmentId)
    if (app.postern?.remoteExecution === false && !environment.onHub) {
      throw new Problem(
        'invalid',
        `environmentId: ${app.install.displayName} does not allow remote execution; choose the environment beside the hub.`,
      )
    }
    const owners = await ownersOf(trx, organizationId)
    const sameApp = before?.appId === app.id
    const checked = checkParameters({
      declared: app.install.params,
      listDelimiter: app.install.listDelimiter ?? '|',
      given: wanted.parameters,
      choices: { owners: owners.map(({ name }) => name), users: await usersOf(trx, organizationId) },
      secretsSet: sameApp ? before.secretNames : [],
    })
    if (checked.problems.length > 0) throw new Problem('invalid', checked.problems.join(' '))
    const { parameters, secrets } = checked
    const references = await resolveReferences(
      trx,
      {
        organizationId,
        app,
        parameters,
        owner: wanted.owner,
        control: wanted.control,
        usualOwner: environment.ownerName,
      },
      owners,
    )
    const owner = owners.find((each) => each.id === references.ownerId)
    if ((wanted.enabled ?? true) && owner !== undefined && neverDeletes(app)) await requireRules(trx, owner)
    if (wanted.mode === 'always-ask' && app.kind !== 'export') {
      throw new Problem('invalid', 'mode: only exports make plans that could ask; leave it out.')
    }
    if ((wanted.retriesMax ?? 0) > 0 && !isRepeatable(app.kind, app.postern)) {
      throw new Problem(
        'invalid',
        `retriesMax: ${app.install.displayName} is not repeatable: what a failed run of it did is not known, so it is never started again by itself. Leave it out.`,
      )
    }
    const kept = sameApp ? stillKept(before.kept, parameters) : {}
    const row: JobRow = {
      name: wanted.name,
      appId: app.id,
      environmentId: environment.id,
      parameters: withoutNames(parameters, Object.keys(kept)),
      ownerId: references.ownerId,
      controlId: references.controlId,
      mode: wanted.mode ?? 'apply-when-guards-pass',
      timeoutSeconds: wanted.timeoutSeconds ?? app.postern?.limits?.timeoutSeconds ?? jobTimeouts.secondsDefault,
      freshnessSeconds: wanted.freshnessSeconds ?? null,
      retriesMax: wanted.retriesMax ?? 0,
      retryAfterSeconds: wanted.retryAfterSeconds ?? jobRetries.waitSecondsDefault,
      ...scheduleColumns(wanted.schedule ?? null, wanted.enabled ?? true, before),
    }
    const id = await named(wanted.name, async () => {
      if (before === undefined) return await insertJob(trx, organizationId, row)
      await updateJob(trx, before.id, row)
      return before.id
    })
    await putJobReferences(trx, id, references)
    const sealed = Object.entries(secrets).map(([name, value]) => [
      name,
      value === null ? null : keys.seal(Buffer.from(value), secretContext(id, name)),
    ])
    const gone = sameApp ? [] : (before?.secretNames ?? []).filter((name) => !(name in secrets))
    await putJobSecrets(trx, id, {
      ...Object.fromEntries(gone.map((name) => [name, null])),
      ...Object.fromEntries(sealed),
    })
    await forgetKept(
      trx,
      id,
      Object.keys(before?.kept ?? {}).filter((name) => !(name in kept)),
    )
    return id
  }

  function scheduleColumns(schedule: Schedule | null, enabled: boolean, before: StoredJob | undefined) {
    const now = clock.now()
    if (schedule === null) return { cron: null, timeZone: null, nextRunAt: null, enabled }
    const { cron, timeZone } = checkedSchedule(schedule, now)
    const isSame = before?.cron === cron && before.timeZone === timeZone && before.enabled && before.nextRunAt !== null
    // A change of anything else does not pass over a time that is due.
    const nextRunAt = !enabled ? null : isSame ? before.nextRunAt : (nextRun({ cron, timeZone }, now) ?? null)
    return { cron, timeZone, nextRunAt, enabled }
  }

  async function read(trx: Db, caller: PersonCaller, id: string): Promise<Job> {
    return toApi(found(isRowId(id) ? await findJob(trx, caller.organizationId, id) : undefined, 'job'))
  }

  async function remove(caller: PersonCaller, id: string, address?: string): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const job = found(isRowId(id) ? await lockJob(trx, caller.organizationId, id) : undefined, 'job')
      const open = await openExecutionOf(trx, job.id)
      if (open !== undefined)
        throw new Problem('conflict', `Execution ${open} of this job is open. Cancel it, or wait until it has ended.`)
      await hideJob(trx, job.id, clock.now())
      await audit.record(trx, caller, 'job.delete', `job ${id}`, { name: job.name }, address)
      await tell(trx, caller, id)
    })
  }

  /** Starts an execution and tries to place it at once. */
  async function runNow(caller: PersonCaller, id: string, address?: string): Promise<Execution> {
    const executionId = await db.transaction().execute(async (trx) => {
      const job = found(isRowId(id) ? await findJob(trx, caller.organizationId, id) : undefined, 'job')
      const app = await appFor(trx, job.appId)
      if (app.install.allowOnDemand === false) {
        throw new Problem('conflict', `${job.appName} does not allow to be run on demand; give the job a schedule.`)
      }
      const inserted = await executions.insert(trx, { jobId: id, trigger: 'run-now', startedBy: caller.name })
      await audit.record(trx, caller, 'job.run', `job ${id}`, { executionId: inserted }, address)
      return inserted
    })
    await executions.place(executionId)
    return await executions.get(caller.organizationId, executionId)
  }

  return {
    create,
    update,
    remove,
    runNow,
    get: (caller: PersonCaller, id: string): Promise<Job> => read(db, caller, id),
    async list(caller: PersonCaller, filter: JobFilter, after: string | undefined, rowsMax: number): Promise<Job[]> {
      return (await listJobs(db, caller.organizationId, filter, after, rowsMax)).map(toApi)
    },

    /** Scheduled times that started nothing, with the reason; newest first. */
    async skippedRuns(
      caller: PersonCaller,
      id: string,
      before: string | undefined,
      rowsMax: number,
    ): Promise<SkippedRun[]> {
      const job = found(isRowId(id) ? await findJob(db, caller.organizationId, id) : undefined, 'job')
      return await listSkippedRuns(db, job.id, before, rowsMax)
    },

    /** What a schedule would come to, by the same rules as when it is saved. */
    previewSchedule(schedule: Schedule, runsMax: number): SchedulePreview {
      const now = clock.now()
      const checked = checkedSchedule(schedule, now)
      return { schedule: checked, runs: nextRuns(checked, now, runsMax).map((at) => at.toISOString()) }
    },
  }
}

async function tell(trx: Db, { organizationId }: PersonCaller, id: string): Promise<void> {
  await tellChange(trx, { changed: 'jobs', id, part: 'state', organizationId })
}

/** Names only: values of parameters may be secrets that were put into the wrong field. */
function auditDetail({ parameters, ...rest }: UpdateJob): Record<string, unknown> {
  return { ...rest, ...(parameters === undefined ? {} : { parameters: Object.keys(parameters) }) }
}

async function named<T>(name: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (!brokeUnique(error, 'job_by_name')) throw error
    throw new Problem('conflict', `There is already a job named ${name}. Choose another name.`, { cause: error })
  }
}
