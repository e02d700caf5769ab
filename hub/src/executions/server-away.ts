import { presenceSilence } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { tellChanges } from '../live/changes.ts'

/** Of an execution's open attempt. */
export type HeldBy = {
  serverName: string
  /** When its server was last heard, or else enrolled; ISO 8601, as the next. */
  heardAt: string
  placement: 'pooled' | 'pinned'
  /** Its server said that it has it. */
  isTaken: boolean
  deadlineAt: string
}

/**
 * What an execution waits for whose server is away, and what comes of it (ES-26): another server of a pool takes over, a pinned one finishes
 * by itself and delivers later (D10), and holds its own time-out.
 * @returns nothing while the server is heard
 */
export function awaySentence(held: HeldBy, now: Date): string | undefined {
  const { serverName, placement, isTaken } = held
  const heardAt = new Date(held.heardAt)
  if (now.getTime() - heardAt.getTime() <= presenceSilence.onlineSecondsMax * 1000) return undefined
  const waiting = `Waiting for environment server ${serverName}, last heard of at ${heardAt.toISOString()}.`
  if (placement === 'pooled') return waiting
  const deadline = new Date(held.deadlineAt)
  if (!isTaken)
    return `${waiting} It has not said that it took this; at the time-out, ${deadline.toISOString()}, it is given up.`
  if (now < deadline) return `${waiting} It goes on without the hub, and says how this ended when it is back.`
  return `${waiting} The time-out passed at ${deadline.toISOString()}; the server holds it by itself, and says how this ended when it is back. To give this up, revoke the server.`
}

/** Executions whose pages are told at once that their server is away, or back. */
const toldMax = 1000

/** Live pages hear that servers with open attempts fell silent: those write nothing. @param since when somebody last looked */
export async function tellOfSilence(db: Db, since: Date, now: Date): Promise<void> {
  const { onlineSecondsMax } = presenceSilence
  const [from, to] = [since, now].map((at) => new Date(at.getTime() - onlineSecondsMax * 1000))
  const { rows } = await sql<ToldExecution>`
    select a.execution_id as id, e.organization_id as "organizationId"
    from attempt a
    join execution e on e.id = a.execution_id
    join environment_server s on s.server_xid = a.server_xid
    where a.finished_at is null and coalesce(s.last_heartbeat_at, s.enrolled_at) >= ${from}
      and coalesce(s.last_heartbeat_at, s.enrolled_at) < ${to}
    limit ${toldMax}`.execute(db)
  await tellStates(db, rows)
}

/** And that servers are back. */
export async function tellOfReturn(db: Db, serverXids: readonly string[]): Promise<void> {
  if (serverXids.length === 0) return
  const { rows } = await sql<ToldExecution>`
    select a.execution_id as id, e.organization_id as "organizationId"
    from attempt a
    join execution e on e.id = a.execution_id
    where a.finished_at is null and a.server_xid = any(${serverXids}::bigint[])
    limit ${toldMax}`.execute(db)
  await tellStates(db, rows)
}

type ToldExecution = { id: string; organizationId: string }

async function tellStates(db: Db, executions: readonly ToldExecution[]): Promise<void> {
  await tellChanges(
    db,
    executions.map(({ id, organizationId }) => ({ changed: 'execution', id, part: 'state', organizationId })),
  )
}
