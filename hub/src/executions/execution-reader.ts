import {
  type Attempt,
  AppKind,
  type Execution,
  type ExecutionDetail,
  ExecutionState,
  limits,
  type LogPage,
  SandboxTier,
  Usage,
} from '@postern/protocol'
import { sql } from 'kysely'
import * as z from 'zod'
import type { Db } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import { found, Problem } from '../lib/problem.ts'
import { isRowId } from '../lib/row-id.ts'
import { dayOf, readLogLines } from './log-store.ts'
import { awaySentence, type HeldBy } from './server-away.ts'

type ExecutionRow = {
  id: string
  jobId: string
  jobName: string
  appName: string
  appKind: string
  environmentName: string
  trigger: Execution['trigger']
  state: string
  message: string
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
  retryAt: Date | null
  /** Of an open attempt. */
  heldBy: HeldBy | null
}

export type ReaderParts = { db: Db; clock: Clock }

export type ExecutionFilter = {
  jobId?: string | undefined
  state?: ExecutionState | undefined
  environmentId?: string | undefined
}

/** Executions of an organization, newest first. @param before the id of the last one of the page before */
export async function listExecutions(
  { db, clock }: ReaderParts,
  organizationId: string,
  filter: ExecutionFilter,
  before: string | undefined,
  rowsMax: number,
): Promise<Execution[]> {
  const { rows } = await sql<ExecutionRow>`${executionQuery}
    where e.organization_id = ${organizationId}
      and (${before ?? null}::bigint is null or e.id < ${before ?? null}::bigint)
      and (${filter.jobId ?? null}::bigint is null or e.job_id = ${filter.jobId ?? null}::bigint)
      and (${filter.environmentId ?? null}::bigint is null or e.environment_id = ${filter.environmentId ?? null}::bigint)
      and (${filter.state ?? null}::text is null or e.state = ${filter.state ?? null}::text)
    order by e.id desc
    limit ${rowsMax}`.execute(db)
  const now = clock.now()
  return rows.map((row) => toApi(row, now))
}

export async function readExecution(
  { db, clock }: ReaderParts,
  organizationId: string,
  id: string,
): Promise<ExecutionDetail> {
  const { rows } = await sql<ExecutionRow>`${executionQuery}
    where e.organization_id = ${organizationId} and e.id = ${isRowId(id) ? id : null}`.execute(db)
  const execution = toApi(found(rows[0], 'execution'), clock.now())
  return {
    ...execution,
    attempts: await attemptsOf(db, id),
    planIds: await idsOf(
      db,
      sql`select id::text from plan where execution_id = ${id} or holder_execution_id = ${id} order by id`,
    ),
    receiptIds: await idsOf(db, sql`select id::text from receipt where execution_id = ${id} order by id`),
  }
}

/** A page of the log. The cursor of an empty page is the one that was asked with, so that a reader can follow. */
export async function readLog(
  db: Db,
  organizationId: string,
  id: string,
  after: string | undefined,
  rowsMax: number = limits.pageRowsDefault,
): Promise<LogPage> {
  const row = isRowId(id)
    ? await db
        .selectFrom('execution')
        .select('created_at')
        .where('id', '=', id)
        .where('organization_id', '=', organizationId)
        .executeTakeFirst()
    : undefined
  const { created_at: createdAt } = found(row, 'execution')
  const lines = await readLogLines(db, dayOf(createdAt), id, readCursor(after), rowsMax)
  const last = lines.at(-1)
  return { data: lines, cursor: last === undefined ? (after ?? null) : `${last.attempt}.${last.seq}` }
}

function readCursor(after: string | undefined): { attempt: number; seq: number } {
  if (after === undefined) return { attempt: 0, seq: 0 }
  const [, attempt, seq] = /^(\d{1,9})\.(\d{1,9})$/.exec(after) ?? []
  if (attempt === undefined || seq === undefined) {
    throw new Problem(
      'invalid',
      '"after" is not a cursor of this log; pass back the "cursor" of a page, or leave it out.',
    )
  }
  return { attempt: Number(attempt), seq: Number(seq) }
}

const executionQuery = sql`
  select e.id, e.job_id as "jobId", j.name as "jobName", app.display_name as "appName", app.kind as "appKind",
    env.name as "environmentName", e.trigger, e.state, e.message, e.created_at as "createdAt",
    e.started_at as "startedAt", e.finished_at as "finishedAt",
    case when e.state = 'waiting' then e.retry_at end as "retryAt",
    case when held.execution_id is not null then json_build_object('serverName', server.name,
      'heardAt', coalesce(server.last_heartbeat_at, server.enrolled_at), 'placement', held.placement,
      'isTaken', held.accepted_at is not null, 'deadlineAt', e.deadline_at) end as "heldBy"
  from execution e
  join job j on j.id = e.job_id
  join app on app.id = j.app_id
  join environment env on env.id = e.environment_id
  left join attempt held on held.execution_id = e.id and held.finished_at is null
  left join environment_server server on server.server_xid = held.server_xid`

function toApi({ heldBy, ...row }: ExecutionRow, now: Date): Execution {
  const away = heldBy === null ? undefined : awaySentence(heldBy, now)
  return {
    ...row,
    message: [row.message, away ?? ''].filter((part) => part !== '').join(' '),
    appKind: z.parse(AppKind, row.appKind),
    state: z.parse(ExecutionState, row.state),
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null,
    retryAt: row.retryAt?.toISOString() ?? null,
  }
}

async function attemptsOf(db: Db, executionId: string): Promise<Attempt[]> {
  const rows = await db
    .selectFrom('attempt')
    .innerJoin('environment_server', 'environment_server.server_xid', 'attempt.server_xid')
    .selectAll('attempt')
    .select('environment_server.name as server_name')
    .where('execution_id', '=', executionId)
    .orderBy('number')
    .execute()
  return rows.map((row) => ({
    number: row.number,
    serverXid: row.server_xid,
    serverName: row.server_name,
    // The column's check names the same states.
    state: row.state as Attempt['state'],
    tier: row.tier === null ? null : z.parse(SandboxTier, row.tier),
    dispatchedAt: row.dispatched_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    exitCode: row.exit_code,
    reason: row.reason,
    usage: row.usage === null ? null : z.parse(Usage, row.usage),
    logSeqLast: row.log_seq_last,
  }))
}

async function idsOf(db: Db, query: ReturnType<typeof sql>): Promise<string[]> {
  const { rows } = await query.execute(db)
  return (rows as { id: string }[]).map(({ id }) => id)
}
