import { type SignedCommand, topics } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** Between two publications of a command that nobody acknowledged. */
export const republishSeconds = 3

/** Puts a signed command into the outbox; hubs hear of it when the transaction commits. */
export async function storeCommand(db: Db, command: SignedCommand, payload: string, now: Date): Promise<void> {
  await db
    .insertInto('command')
    .values({
      id: command.commandId,
      server_xid: command.serverXid,
      ...('executionId' in command ? { execution_id: command.executionId, attempt: command.attempt } : {}),
      kind: command.kind,
      topic: topics.commands(command.serverXid),
      payload,
      created_at: now,
      next_publish_at: now,
      expires_at: command.notAfter,
    })
    .execute()
  await sql`select pg_notify('postern_command', ${command.serverXid})`.execute(db)
}

export type DueCommand = { id: string; topic: string; payload: string; createdAt: Date; publishCount: number }

/**
 * Takes due commands, oldest first; SKIP LOCKED lets several hubs publish at once. One that was published before is due again
 * only when its server was heard since: while it is away nobody would hear it, since the broker keeps nothing for it. A claim waits
 * for no disk: one that a crash takes back means that the command is published twice, and a server takes it once.
 */
export async function claimDue(db: Db, now: Date, rowsMax: number): Promise<DueCommand[]> {
  const { rows } = await sql<DueCommand>`
    update command set published_at = ${now}, publish_count = publish_count + 1,
      next_publish_at = ${new Date(now.getTime() + republishSeconds * 1000)}
    where id in (
      select c.id from command c join environment_server s on s.server_xid = c.server_xid
      where c.acknowledged_at is null and c.withdrawn_at is null and c.next_publish_at <= ${now} and c.expires_at > ${now}
        and s.revoked_at is null and (c.published_at is null or s.last_heartbeat_at > c.published_at)
      order by c.created_at
      limit ${rowsMax}
      for update of c skip locked)
      and (select set_config('synchronous_commit', 'off', true)) is not null
    returning id, topic, payload, created_at as "createdAt", publish_count as "publishCount"`.execute(db)
  return rows.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
}

/** Publication failed: the command is due again as if it had not been tried. */
export async function releaseClaim(db: Db, ids: readonly string[], retryAt: Date): Promise<void> {
  await db
    .updateTable('command')
    .set({ published_at: null, next_publish_at: retryAt })
    .where('id', 'in', ids)
    .where('acknowledged_at', 'is', null)
    .execute()
}

/** All that is open is due now: a broker that was away may have lost what it was given. */
export async function makeAllDue(db: Db, now: Date): Promise<void> {
  await db
    .updateTable('command')
    .set({ published_at: null, next_publish_at: now })
    .where('acknowledged_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .where('expires_at', '>', now)
    .execute()
}

/** The attempt has ended: nothing about it needs to be said any more. */
export async function withdrawCommands(db: Db, executionId: string, attempt: number, now: Date): Promise<void> {
  await db
    .updateTable('command')
    .set({ withdrawn_at: now })
    .where('execution_id', '=', executionId)
    .where('attempt', '=', attempt)
    .where('acknowledged_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .execute()
}
