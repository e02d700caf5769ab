import { randomUUID } from 'node:crypto'
import {
  type ExecutionEvent,
  type Heartbeat,
  type HeartbeatAnswer,
  limits,
  Name,
  protocolVersion,
} from '@postern/protocol'
import { sql } from 'kysely'
import * as z from 'zod'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { isRowId } from '../lib/row-id.ts'
import type { Changes } from '../live/changes.ts'
import { lockAttempt, markAccepted, markRunning } from './attempt-store.ts'
import { finishAttempt } from './finish.ts'
import { acknowledgeHeld, renewLeases } from './leases.ts'

export type ServerMessagesParts = {
  db: DatabaseConnection['db']
  clock: Clock
  audit: Audit
  changes: Changes
  log: Log
}

/** What environment servers say over the broker about what they hold and run. */
export function createServerMessages({ db, clock, audit, changes, log }: ServerMessagesParts) {
  /**
   * Records presence and renews leases in one transaction: whoever sees the server as heard sees what it holds as held.
   * @returns the answer; nothing for a server that is not enrolled or is revoked
   */
  async function onHeartbeat(
    serverXid: string,
    heartbeat: Heartbeat,
  ): Promise<{ answer: HeartbeatAnswer; isBack: boolean } | undefined> {
    const now = clock.now()
    return await db.transaction().execute(async (trx) => {
      const before = await recordPresence(trx, serverXid, heartbeat, now)
      if (before === undefined) return undefined
      if (before.renamedFrom !== null) await recordRename(trx, serverXid, heartbeat.serverName, before)
      // A heartbeat that changes nothing that is shown is not told: live pages would hear of little else.
      if (before.wasSilent || before.isDifferent) {
        const { environmentId: id, organizationId } = before.sender
        await changes.notify(trx, { changed: 'environments', id, part: 'state', organizationId })
      }
      const granted = await renewLeases(trx, serverXid, heartbeat.held, now)
      await acknowledgeHeld(trx, granted, now)
      const answer: HeartbeatAnswer = {
        id: randomUUID(),
        protocolVersion,
        sentAt: now.toISOString(),
        kind: 'heartbeat-answer',
        replyTo: heartbeat.id,
        hubTime: now.toISOString(),
        granted,
      }
      return { answer, isBack: before.state !== 'ready' || before.wasSilent }
    })
  }

  /** ES-19: whoever looks for the server under its old name finds here what became of it. */
  async function recordRename(trx: Db, serverXid: string, name: string, before: Before): Promise<void> {
    const sender = { kind: 'environment-server', serverXid, name, ...before.sender } as const
    const detail = { from: before.renamedFrom, to: name }
    await audit.record(trx, sender, 'environment-server.rename', `environment server ${serverXid}`, detail)
  }

  async function onEvent(serverXid: string, event: ExecutionEvent): Promise<void> {
    const now = clock.now()
    await db.transaction().execute(async (trx) => {
      // The execution is locked before the command, as everywhere.
      const attempt = await lockAttempt(trx, event.executionId, event.attempt)
      const kind = await acknowledge(trx, serverXid, event, now)
      if (attempt === undefined || kind === undefined || attempt.serverXid !== serverXid) {
        log.warn(
          { serverXid, executionId: event.executionId, event: event.event },
          'an event names no command of its sender',
        )
        return
      }
      if (attempt.finishedAt !== null) return
      if (kind === 'cancel') {
        // A server that never had the attempt has promised now never to start it.
        if (event.event !== 'accepted' || attempt.acceptedAt !== null) return
        const state = attempt.endAs ?? 'cancelled'
        const next = { kind: 'end', state, message: attempt.endReason ?? '' } as const
        await finishAttempt(trx, changes, attempt, { state: 'cancelled', reason: attempt.endReason }, next, now)
        return
      }
      if (event.event === 'refused') {
        const message = event.detail ?? 'The environment server refused it and gave no reason.'
        const next = { kind: 'end', state: attempt.endAs ?? 'refused', message } as const
        await finishAttempt(trx, changes, attempt, { state: 'refused', reason: message }, next, now)
        return
      }
      if (event.event === 'accepted') await markAccepted(trx, event.executionId, event.attempt, now)
      if (event.event === 'running') await markRunning(trx, event.executionId, event.attempt, event.tier ?? null, now)
      await changes.notify(trx, {
        changed: 'execution',
        id: event.executionId,
        part: 'state',
        organizationId: attempt.organizationId,
      })
    })
  }

  return { onHeartbeat, onEvent }
}

type Before = {
  state: string | null
  wasSilent: boolean
  /** Whether another name, version, tier or state is shown from now on. */
  isDifferent: boolean
  renamedFrom: string | null
  sender: Sender
}
type Sender = { organizationId: string; environmentId: string }

async function recordPresence(db: Db, serverXid: string, heartbeat: Heartbeat, now: Date): Promise<Before | undefined> {
  const { serverVersion: version, tier, state, executors, queued, protocolVersion: spoken } = heartbeat
  // What is no name of ours is shown nowhere: the server keeps the name that it has here.
  const name = z.safeParse(Name, heartbeat.serverName).data ?? null
  const { rows } = await sql<Before>`
    with before as (
      select server_xid, environment_id, name, reported ->> 'state' as state, reported,
        (last_heartbeat_at is null or last_heartbeat_at < ${new Date(now.getTime() - limits.leaseSeconds * 1000)}) as "wasSilent"
      from environment_server
      where server_xid = ${serverXid} and enrolled_at is not null and revoked_at is null
      -- Not its key: whoever ends or makes an attempt names its server, and a heartbeat waits for attempts.
      for no key update)
    update environment_server s
    set last_heartbeat_at = ${now}, protocol_version = ${spoken}, name = coalesce(${name}::text, s.name),
      reported = ${JSON.stringify({ version, tier, state, executors, queued })}::jsonb
    from before join environment e on e.id = before.environment_id
    where s.server_xid = before.server_xid
    returning before.state, before."wasSilent",
      (before.name <> s.name or before.reported ->> 'version' is distinct from s.reported ->> 'version'
        or before.reported ->> 'tier' is distinct from s.reported ->> 'tier'
        or before.reported ->> 'state' is distinct from s.reported ->> 'state') as "isDifferent", case when before.name <> s.name then before.name end as "renamedFrom",
      json_build_object('organizationId', e.organization_id::text, 'environmentId', e.id::text) as sender`.execute(db)
  return rows[0]
}

/** Any word about a command says that it arrived. @returns the command's kind; nothing if its server has no such command */
async function acknowledge(
  db: Db,
  serverXid: string,
  event: ExecutionEvent,
  now: Date,
): Promise<'execute' | 'cancel' | undefined> {
  const { rows } = await sql<{ kind: 'execute' | 'cancel' }>`
    update command set acknowledged_at = coalesce(acknowledged_at, ${now})
    where id = ${event.commandId} and server_xid = ${serverXid} and execution_id = ${isRowId(event.executionId) ? event.executionId : '0'}
      and attempt = ${event.attempt}
    returning kind`.execute(db)
  return rows[0]?.kind
}
