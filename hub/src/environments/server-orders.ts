import type { ConfirmEnvironmentServer, EnvironmentServer, RevokeEnvironmentServer } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { found, Problem } from '../lib/problem.ts'
import { tellChange } from '../live/changes.ts'
import { findEnvironmentRow, findServer } from './environment-store.ts'
import type { EnvironmentParts, Member } from './environments.ts'
import { doubtServerKeys } from './server-keys.ts'

/** What people decide about a server. Each is audited, and told to live pages; done twice it changes nothing. */
export function createServerOrders({ db, audit, clock }: Pick<EnvironmentParts, 'db' | 'audit' | 'clock'>) {
  async function get(from: Db, caller: Member, environmentId: string, serverXid: string): Promise<EnvironmentServer> {
    const environment = found(await findEnvironmentRow(from, caller.organizationId, environmentId), 'environment')
    return found(await findServer(from, environment.id, serverXid, clock.now()), 'environment server')
  }

  /** @param decide makes the change, or nothing where there is none to make; it may refuse */
  async function order(
    caller: Member,
    [environmentId, serverXid]: readonly [string, string],
    address: string | undefined,
    action: string,
    decide: (trx: Db, server: EnvironmentServer) => Promise<Record<string, unknown> | undefined>,
  ): Promise<EnvironmentServer> {
    return await db.transaction().execute(async (trx) => {
      const server = await get(trx, caller, environmentId, serverXid)
      const detail = await decide(trx, server)
      if (detail === undefined) return server
      const subject = `environment server ${serverXid}`
      await audit.record(trx, caller, `environment-server.${action}`, subject, detail, address)
      const { organizationId } = caller
      await tellChange(trx, { changed: 'environments', id: environmentId, part: 'state', organizationId })
      return await get(trx, caller, environmentId, serverXid)
    })
  }

  return {
    getServer: (caller: Member, environmentId: string, serverXid: string): Promise<EnvironmentServer> =>
      get(db, caller, environmentId, serverXid),

    /** A person has compared this fingerprint: executions may be placed on the server that has this key (S9), and on no other. */
    confirm: (
      caller: Member,
      environmentId: string,
      serverXid: string,
      { keyFingerprint }: ConfirmEnvironmentServer,
      address?: string,
    ): Promise<EnvironmentServer> =>
      order(caller, [environmentId, serverXid], address, 'confirm', async (trx, server) => {
        if (server.presence === 'revoked')
          throw new Problem('conflict', `${server.name} was revoked. Enrol it anew before you confirm it.`)
        if (server.enrolledAt === null)
          throw new Problem('conflict', `${server.name} has not enrolled yet; there is no fingerprint to confirm.`)
        if (server.keyFingerprint !== keyFingerprint) throw isAnotherKey(server)
        if (server.confirmed) return undefined
        const { numUpdatedRows } = await trx
          .updateTable('environment_server')
          .set({ confirmed_at: clock.now(), confirmed_by: caller.name })
          .where('server_xid', '=', serverXid)
          // It may enrol anew or be revoked between the look above and this line.
          .where('key_fingerprint', '=', keyFingerprint)
          .where('revoked_at', 'is', null)
          .executeTakeFirst()
        if (numUpdatedRows === 0n) throw isAnotherKey(server)
        return { keyFingerprint }
      }),

    /** Nothing more is placed on it; what it holds ends there by itself. */
    drain: (caller: Member, environmentId: string, serverXid: string, address?: string): Promise<EnvironmentServer> =>
      order(caller, [environmentId, serverXid], address, 'drain', async (trx, server) => {
        if (server.presence === 'revoked') throw new Problem('conflict', `${server.name} was revoked.`)
        if (server.drainedAt !== null) return undefined
        await change(trx, serverXid, { drained_at: clock.now(), drained_by: caller.name })
        return { name: server.name }
      }),

    /** It takes executions again. */
    resume: (caller: Member, environmentId: string, serverXid: string, address?: string): Promise<EnvironmentServer> =>
      order(caller, [environmentId, serverXid], address, 'resume', async (trx, server) => {
        if (server.drainedAt === null) return undefined
        await change(trx, serverXid, { drained_at: null, drained_by: null })
        return { name: server.name }
      }),

    /**
     * Its certificate, tokens and leases are worthless from now on (D37); the broker cuts its connection within seconds. That its key was
     * in other hands (D40) may be found out later, when it is revoked already.
     */
    revoke: (
      caller: Member,
      environmentId: string,
      serverXid: string,
      address?: string,
      { compromisedFrom }: RevokeEnvironmentServer = {},
    ): Promise<EnvironmentServer> =>
      order(caller, [environmentId, serverXid], address, 'revoke', async (trx, server) => {
        const now = clock.now()
        if (compromisedFrom !== undefined && new Date(compromisedFrom) > now)
          throw new Problem('invalid', `compromisedFrom: ${compromisedFrom} is in the future; say since when.`)
        if (server.presence !== 'revoked') {
          await change(trx, serverXid, { revoked_at: now, enrolment_token_sha256: null })
          await endTokensOfApps(trx, serverXid, now)
        } else if (compromisedFrom === undefined) return undefined
        if (compromisedFrom === undefined) return { name: server.name }
        await doubtServerKeys(trx, serverXid, new Date(compromisedFrom))
        return { name: server.name, compromisedFrom }
      }),
  }
}

/**
 * What its apps hold opens nothing any more. Their attempts end as lost once their leases have run out on the server too: before that they
 * may still run, and nothing starts in two places (D10).
 */
export async function endTokensOfApps(trx: Db, serverXid: string, now: Date): Promise<void> {
  await sql`
    update execution_token t set dies_at = least(coalesce(t.dies_at, ${now}), ${now})
    from attempt a
    where a.server_xid = ${serverXid} and a.finished_at is null
      and t.execution_id = a.execution_id and t.attempt = a.number`.execute(trx)
}

function isAnotherKey({ name }: EnvironmentServer): Problem {
  return new Problem(
    'conflict',
    `${name} has another key than the one that was compared, and nothing was confirmed. Look at its fingerprint again, and compare it with the one that ./postern-envsvr status says on the server.`,
  )
}

async function change(trx: Db, serverXid: string, values: ServerChange): Promise<void> {
  await trx.updateTable('environment_server').set(values).where('server_xid', '=', serverXid).execute()
}

type ServerChange = {
  drained_at?: Date | null
  drained_by?: string | null
  revoked_at?: Date
  enrolment_token_sha256?: null
}
