import type { Caller } from '../access/caller.ts'
import type { TestLibrary } from '../library/test-library.ts'

type ExecutionCaller = Extract<Caller, { kind: 'execution' }>

/** A row of `execution` with all that it hangs on, and its caller. */
export async function feedExecution(library: TestLibrary, ownerId: string): Promise<ExecutionCaller> {
  const { pool } = library.database
  const name = `app ${ownerId}`
  const sha256 = ownerId.padStart(64, '0')
  await pool.query(`insert into package (sha256, bytes) values ($1, 1)`, [sha256])
  const { rows } = await pool.query<{ id: string }>(
    `with a as (insert into app (program_name, kind, display_name) values ($1, 'feed', $1) returning id),
     v as (insert into app_version (app_id, program_version, package_sha256, package_bytes, install_json, publisher_key_id, signature, vouched_by, is_current)
           select id, '1.0.0', $2, 1, '{}', '0123456789abcdef', '', 'test', true from a returning id, app_id),
     e as (insert into environment (organization_id, name) values ($3, $1) returning id),
     j as (insert into job (organization_id, name, app_id, environment_id, owner_id, timeout_seconds)
           select $3, $1, v.app_id, e.id, $4, 60 from v, e returning id, environment_id),
     s as (insert into environment_server (environment_id, name, downloaded_by) select id, 'gate', 'test' from e returning server_xid),
     x as (insert into execution (organization_id, job_id, app_version_id, environment_id, trigger, started_by, deadline_at)
           select $3, j.id, v.id, j.environment_id, 'run-now', 'test', now() from j, v returning id),
     t as (insert into attempt (execution_id, number, server_xid, state, placement, repeatable, dispatched_at, takeover_at)
           select x.id, 1, s.server_xid, 'running', 'pooled', true, now(), now() from x, s)
     select id from x`,
    [name, sha256, library.organizationId, ownerId],
  )
  const executionId = rows[0]?.id ?? ''
  return {
    kind: 'execution',
    name: `execution ${executionId}`,
    executionId,
    attempt: 1,
    jobId: '1',
    appKind: 'feed',
    organizationId: library.organizationId,
    ownerId,
    readableOwnerIds: [ownerId],
    collectionIds: [],
    controlId: null,
  }
}

/** The attempt is lost, as when its server fell silent: another one may do the same work now. */
export async function loseAttempt(library: TestLibrary, { executionId }: ExecutionCaller): Promise<void> {
  await library.database.pool.query(
    `update attempt set state = 'lost', finished_at = now() where execution_id = $1 and number = 1`,
    [executionId],
  )
}

/** The one that follows the first. */
export async function nextAttempt(library: TestLibrary, first: ExecutionCaller): Promise<ExecutionCaller> {
  await library.database.pool.query(
    `insert into attempt (execution_id, number, server_xid, state, placement, repeatable, dispatched_at, takeover_at)
     select execution_id, 2, server_xid, 'running', placement, repeatable, now(), now() from attempt where execution_id = $1`,
    [first.executionId],
  )
  return { ...first, attempt: 2 }
}
