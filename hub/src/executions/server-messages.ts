import { randomUUID } from 'node:crypto'
import {
  type ExecutionEvent,
  type Heartbeat,
  type HeartbeatAnswer,
  type HeldAttempt,
  protocolVersion,
} from '@postern/protocol'
import { sql } from 'kysely'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { isRowId } from '../lib/row-id.ts'
import { workInGroups } from '../lib/work-in-groups.ts'
import { tellChange } from '../live/changes.ts'
import { acknowledgeTogether, markProgress, type SaidEvent } from './acknowledgements.ts'
import { lockAttempt } from './attempt-store.ts'
import { afterRefusal } from './execution-state.ts'
import { finishAttempt } from './finish.ts'
import { acknowledgeHeld, renewLeases } from './leases.ts'
import { type Before, type HeardServer, recordPresence } from './presence-record.ts'
import { tellOfReturn } from './server-away.ts'

export type ServerMessagesParts = {
  db: DatabaseConnection['db']
  clock: Clock
  audit: Audit
  log: Log
}

/** Messages that one transaction records at most. */
const groupMax = 500

type Heard = { answer: HeartbeatAnswer; isBack: boolean } | undefined

/** What environment servers say over the broker about what they hold and run. Many that come at once are recorded at one stroke. */
export function createServerMessages({ db, clock, audit, log }: ServerMessagesParts) {
  const hear = workInGroups<HeardServer, Heard>({
    keyOf: ({ serverXid }) => serverXid,
    groupMax,
    together: hearTogether,
    alone: hearAlone,
    onGroupFailed,
  })
  const takeEvent = workInGroups<SaidEvent, true>({
    keyOf: ({ serverXid, event }) => `${serverXid} ${event.executionId}`,
    groupMax,
    together: async (said) => await db.transaction().execute((trx) => acknowledgeTogether(trx, said, clock.now())),
    alone: async ({ serverXid, event }) => {
      await takeAlone(serverXid, event)
      return true
    },
    onGroupFailed,
  })

  function onGroupFailed(error: unknown): void {
    log.warn({ err: error }, 'messages of environment servers could not be recorded together')
  }

  /**
   * Of servers that hold nothing. A lease is renewed by itself: its attempt may be held by whoever writes for it, and no other server's
   * heartbeat is to wait for that.
   */
  async function hearTogether(heard: readonly HeardServer[]): Promise<Map<HeardServer, Heard>> {
    const idle = heard.filter(({ heartbeat }) => heartbeat.held.length === 0)
    if (idle.length === 0) return new Map()
    const now = clock.now()
    return await db.transaction().execute(async (trx) => {
      const before = await recordPresence(trx, idle, now, 'leave out')
      const byServer = new Map(idle.map((each) => [each.serverXid, each]))
      await tellShown(trx, before, byServer)
      const results = new Map<HeardServer, Heard>()
      for (const each of before) {
        const said = byServer.get(each.serverXid)
        if (said !== undefined) results.set(said, answerTo(said.heartbeat, each, [], now))
      }
      return results
    })
  }

  /**
   * Records presence and renews leases in one transaction: whoever sees the server as heard sees what it holds as held.
   * @returns the answer; nothing for a server that is not enrolled or is revoked
   */
  async function hearAlone(said: HeardServer): Promise<Heard> {
    const { serverXid, heartbeat } = said
    const now = clock.now()
    return await db.transaction().execute(async (trx) => {
      const [before] = await recordPresence(trx, [said], now, 'wait')
      if (before === undefined) return undefined
      await tellShown(trx, [before], new Map([[serverXid, said]]))
      const granted = await renewLeases(trx, serverXid, heartbeat.held, now)
      await acknowledgeHeld(trx, granted, now)
      return answerTo(heartbeat, before, granted, now)
    })
  }

  /** A heartbeat that changes nothing that is shown is not told: live pages would hear of little else. */
  async function tellShown(trx: Db, all: readonly Before[], heard: ReadonlyMap<string, HeardServer>): Promise<void> {
    const environments = new Map<string, Before['sender']>()
    for (const before of all) {
      const said = heard.get(before.serverXid)
      if (before.renamedFrom !== null && said !== undefined)
        await recordRename(trx, before.serverXid, said.heartbeat.serverName, before)
      if (before.wasSilent || before.isDifferent) environments.set(before.sender.environmentId, before.sender)
    }
    for (const { environmentId: id, organizationId } of environments.values())
      await tellChange(trx, { changed: 'environments', id, part: 'state', organizationId })
    const back = all.filter(({ wasSilent }) => wasSilent)
    await tellOfReturn(
      trx,
      back.map(({ serverXid }) => serverXid),
    )
  }

  /** ES-19: whoever looks for the server under its old name finds here what became of it. */
  async function recordRename(trx: Db, serverXid: string, name: string, before: Before): Promise<void> {
    const sender = { kind: 'environment-server', serverXid, name, ...before.sender } as const
    const detail = { from: before.renamedFrom, to: name }
    await audit.record(trx, sender, 'environment-server.rename', `environment server ${serverXid}`, detail)
  }

  async function takeAlone(serverXid: string, event: ExecutionEvent): Promise<void> {
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
        await finishAttempt(trx, attempt, { state: 'cancelled', reason: attempt.endReason }, next, now)
        return
      }
      if (event.event === 'refused') {
        const message = event.detail ?? 'The environment server refused it and gave no reason.'
        const next = afterRefusal(attempt, message, event)
        await finishAttempt(trx, attempt, { state: 'refused', reason: message }, next, now)
        return
      }
      await markProgress(trx, [event], now)
      await tellChange(trx, {
        changed: 'execution',
        id: event.executionId,
        part: 'state',
        organizationId: attempt.organizationId,
      })
    })
  }

  return {
    onHeartbeat: (serverXid: string, heartbeat: Heartbeat): Promise<Heard> => hear({ serverXid, heartbeat }),
    onEvent: async (serverXid: string, event: ExecutionEvent): Promise<void> =>
      void (await takeEvent({ serverXid, event })),
  }
}

function answerTo(heartbeat: Heartbeat, before: Before, granted: HeldAttempt[], now: Date): Exclude<Heard, undefined> {
  const answer: HeartbeatAnswer = {
    id: randomUUID(),
    protocolVersion,
    sentAt: now.toISOString(),
    kind: 'heartbeat-answer',
    replyTo: heartbeat.id,
    hubTime: now.toISOString(),
    granted,
    confirmed: before.confirmed,
    drained: before.drained,
  }
  return { answer, isBack: before.state !== 'ready' || before.wasSilent }
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
