import type { ExecutionEvent } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { isRowId } from '../lib/row-id.ts'
import { tellChanges } from '../live/changes.ts'

export type SaidEvent = { serverXid: string; event: ExecutionEvent }

/**
 * Records at one stroke that commands arrived, and what became of their attempts. Waits for nobody: what somebody holds is left out, as is
 * what ends an attempt, or names no command of its sender. An execution is locked with its attempt, and both before the command.
 * @returns those that are done with
 */
export async function acknowledgeTogether(
  trx: Db,
  all: readonly SaidEvent[],
  now: Date,
): Promise<Map<SaidEvent, true>> {
  const said = all.filter(({ event }) => isRowId(event.executionId))
  const { rows } = await sql<{ at: number; open: boolean; kind: string; organizationId: string }>`
    select said.at, a.finished_at is null as open, c.kind, e.organization_id::text as "organizationId"
    from json_to_recordset(${JSON.stringify(said.map(namesOf))}::json)
      as said (at int, server_xid bigint, command_id uuid, execution_id bigint, attempt int)
    join execution e on e.id = said.execution_id
    join attempt a on a.execution_id = e.id and a.number = said.attempt and a.server_xid = said.server_xid
    join command c on c.id = said.command_id and c.server_xid = said.server_xid
      and c.execution_id = said.execution_id and c.attempt = said.attempt
    order by e.id
    for no key update of e, a, c skip locked`.execute(trx)
  const taken = rows.flatMap((row) => {
    const each = said[row.at]
    return each !== undefined && isPlain(row, each) ? [{ ...each, ...row }] : []
  })
  await markAcknowledged(trx, taken, now)
  const open = taken.filter((each) => each.open)
  await markProgress(
    trx,
    open.map(({ event }) => event),
    now,
  )
  await tellChanges(
    trx,
    open.map(({ event, organizationId }) => ({
      changed: 'execution',
      id: event.executionId,
      part: 'state',
      organizationId,
    })),
  )
  return new Map(taken.flatMap(({ at }) => (said[at] === undefined ? [] : [[said[at], true as const]])))
}

type Taken = SaidEvent & { open: boolean; organizationId: string }

/** Of an attempt that is over, any word; of an open one, that its command was taken. A refusal, or a cancellation, ends something. */
function isPlain({ open, kind }: { open: boolean; kind: string }, { event }: SaidEvent): boolean {
  return !open || (kind === 'execute' && event.event !== 'refused')
}

function namesOf({ serverXid, event }: SaidEvent, at: number) {
  const { commandId, executionId, attempt } = event
  return { at, server_xid: serverXid, command_id: commandId, execution_id: executionId, attempt }
}

async function markAcknowledged(trx: Db, taken: readonly Taken[], now: Date): Promise<void> {
  if (taken.length === 0) return
  const ids = taken.map(({ event }) => event.commandId)
  await sql`update command set acknowledged_at = ${now} where id = any(${ids}::uuid[]) and acknowledged_at is null`.execute(
    trx,
  )
}

/** What was accepted, and what runs, of attempts that are not over. */
export async function markProgress(trx: Db, events: readonly ExecutionEvent[], now: Date): Promise<void> {
  const marks = events.filter(({ event }) => event === 'accepted' || event === 'running')
  if (marks.length === 0) return
  const said = sql`json_to_recordset(${JSON.stringify(marks.map(markOf))}::json)
    as said (execution_id bigint, attempt int, running boolean, tier text)`
  await sql`
    update attempt a
    set accepted_at = coalesce(a.accepted_at, ${now}),
      started_at = case when said.running then coalesce(a.started_at, ${now}) else a.started_at end,
      state = case when said.running then 'running' else a.state end,
      tier = case when said.running then coalesce(said.tier, a.tier) else a.tier end
    from ${said} where a.execution_id = said.execution_id and a.number = said.attempt and a.finished_at is null`.execute(
    trx,
  )
  await sql`
    update execution e set state = 'running', started_at = coalesce(e.started_at, ${now})
    from ${said} where e.id = said.execution_id and said.running and e.state = 'dispatched'`.execute(trx)
}

function markOf({ executionId, attempt, event, tier }: ExecutionEvent) {
  return { execution_id: executionId, attempt, running: event === 'running', tier: tier ?? null }
}
