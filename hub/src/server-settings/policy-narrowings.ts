import { PolicyNarrowing, type PolicyNarrowingRequests, ReportedPolicy } from '@postern/protocol'
import * as z from 'zod'
import type { Member } from '../environments/environments.ts'
import { Problem } from '../lib/problem.ts'
import { askServer, commandHeader, requestState, requireIdentity } from './ask-server.ts'
import { refuseUnknownApps } from './refuse-unknown-apps.ts'
import type { ServerSettingsParts } from './server-settings.ts'

/** Requests that are shown, newest first. */
const shownRequestsMax = 100
/** The first protocol whose servers know narrow-policy commands. */
const protocolOfNarrowing = 5

export type PolicyNarrowings = ReturnType<typeof createPolicyNarrowings>

/** What people narrow on environment servers from here (D36). The hub sends and shows it; the server alone decides. */
export function createPolicyNarrowings({ environments, ...parts }: ServerSettingsParts) {
  const { db, clock } = parts

  /** @throws not-found where the caller's organization has no such server there */
  async function list(caller: Member, environmentId: string, serverXid: string): Promise<PolicyNarrowingRequests> {
    await environments.getServer(caller, environmentId, serverXid)
    const now = clock.now()
    const rows = await db
      .selectFrom('configure_request')
      .innerJoin('command', 'command.id', 'configure_request.command_id')
      .select(['command_id', 'requested_by', 'requested_at', 'narrowing', 'outcome', 'detail', 'command.expires_at'])
      .where('configure_request.server_xid', '=', serverXid)
      .where('narrowing', 'is not', null)
      .orderBy('requested_at', 'desc')
      .limit(shownRequestsMax)
      .execute()
    const reported = await db
      .selectFrom('environment_server_settings')
      .select(['policy', 'reported_at'])
      .where('server_xid', '=', serverXid)
      .executeTakeFirst()
    const local = z.nullable(ReportedPolicy).parse(reported?.policy ?? null)
    return {
      local,
      reportedAt: local === null ? null : (reported?.reported_at.toISOString() ?? null),
      requests: rows.map((row) => ({
        commandId: row.command_id,
        requestedBy: row.requested_by,
        requestedAt: row.requested_at.toISOString(),
        narrowing: PolicyNarrowing.parse(row.narrowing),
        state: requestState(row, now),
        detail: row.detail,
        isInForce: local === null ? null : local.narrowedBy.includes(row.command_id),
      })),
    }
  }

  /** @throws conflict where the server has no identity, or is of a release that would not understand; invalid for apps that there are not */
  async function narrow(
    caller: Member,
    environmentId: string,
    serverXid: string,
    wanted: PolicyNarrowing,
    address?: string,
  ): Promise<PolicyNarrowingRequests> {
    const server = await environments.getServer(caller, environmentId, serverXid)
    requireIdentity(server)
    await refuseOlderRelease(serverXid, server.name)
    await refuseUnknownApps(db, wanted)
    const narrowing = Object.fromEntries(Object.entries(wanted).map(([name, names = []]) => [name, [...names]]))
    const command = { ...commandHeader(serverXid, clock.now()), kind: 'narrow-policy' as const, narrowing }
    const asked = { command, narrowing, settings: null, action: 'environment-server.narrow-policy' } as const
    await askServer(parts, { caller, environmentId, serverName: server.name, address, ...asked })
    return await list(caller, environmentId, serverXid)
  }

  async function refuseOlderRelease(serverXid: string, name: string): Promise<void> {
    const row = await db
      .selectFrom('environment_server')
      .select('protocol_version')
      .where('server_xid', '=', serverXid)
      .executeTakeFirst()
    if ((row?.protocol_version ?? 0) >= protocolOfNarrowing) return
    throw new Problem('conflict', `${name} is of a release that does not know such commands. Upgrade it first.`)
  }

  return { list, narrow }
}
