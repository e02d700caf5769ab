import { createHash } from 'node:crypto'
import {
  type ConfigureCommand,
  ReportedSetting,
  type ServerSettings,
  type ServerSettingsReport,
  type SettingChanges,
  type SettingsRequest,
} from '@postern/protocol'
import * as z from 'zod'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Environments, Member } from '../environments/environments.ts'
import { secondsSinceLocked } from '../environments/presence.ts'
import type { Keys } from '../keys/keys.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem } from '../lib/problem.ts'
import { tellChange } from '../live/changes.ts'
import { askServer, commandHeader, requestState, requireIdentity } from './ask-server.ts'

export type ServerSettingsParts = {
  db: DatabaseConnection['db']
  keys: Keys
  clock: Clock
  audit: Audit
  environments: Pick<Environments, 'getServer'>
}

export type ServerSettingsFeature = ReturnType<typeof createServerSettings>

/** What environment servers say of their settings, and what people ask them to set (D31). The server decides what it takes. */
export function createServerSettings({ db, keys, clock, audit, environments }: ServerSettingsParts) {
  /** @throws not-found where the caller's organization has no such server there */
  async function read(caller: Member, environmentId: string, serverXid: string): Promise<ServerSettings> {
    await environments.getServer(caller, environmentId, serverXid)
    const row = await db
      .selectFrom('environment_server_settings')
      .select(['settings', 'reported_at'])
      .where('server_xid', '=', serverXid)
      .executeTakeFirst()
    const settings = z.array(ReportedSetting).parse(row?.settings ?? [])
    return {
      reportedAt: row?.reported_at.toISOString() ?? null,
      settings,
      changed: settings.filter(({ isSet }) => isSet).length,
      lastRequest: await lastRequest(db, serverXid, clock.now()),
    }
  }

  /** Sends what the server's last report lets the hub set, by a signed command; its own table and policy judge it again. */
  async function change(
    caller: Member,
    environmentId: string,
    serverXid: string,
    wanted: SettingChanges,
    address?: string,
  ): Promise<ServerSettings> {
    const server = await environments.getServer(caller, environmentId, serverXid)
    requireIdentity(server)
    const { settings } = await read(caller, environmentId, serverXid)
    refuseWhatItWouldRefuse(wanted, settings, server.name)
    const command = configureCommand(serverXid, wanted, clock.now())
    const asked = { command, settings: wanted, narrowing: null, action: 'environment-server.configure' } as const
    await askServer({ db, keys, clock, audit }, { caller, environmentId, serverName: server.name, address, ...asked })
    return await read(caller, environmentId, serverXid)
  }

  /** What a server reports of itself. */
  async function report(
    { serverXid, environmentId, organizationId }: { serverXid: string; environmentId: string; organizationId: string },
    { settings, answers, lockedTokenSha256, policy, commandKeys, publisherKeys, releaseKeys }: ServerSettingsReport,
  ): Promise<void> {
    await db.transaction().execute(async (trx) => {
      const now = clock.now()
      const row = {
        settings: JSON.stringify(settings),
        policy: policy === undefined ? null : JSON.stringify(policy),
        command_keys: commandKeys ?? null,
        publisher_keys: publisherKeys ?? null,
        release_keys: releaseKeys ?? null,
        reported_at: now,
      }
      await trx
        .insertInto('environment_server_settings')
        .values({ server_xid: serverXid, ...row })
        .onConflict((conflict) => conflict.column('server_xid').doUpdateSet(row))
        .execute()
      for (const { commandId, outcome, detail } of answers) {
        // The first answer stands, and only of the server that was asked.
        await trx
          .updateTable('configure_request')
          .set({ outcome, detail, answered_at: now })
          .where('command_id', '=', commandId)
          .where('server_xid', '=', serverXid)
          .where('answered_at', 'is', null)
          .execute()
        await trx
          .updateTable('command')
          .set({ acknowledged_at: now })
          .where('id', '=', commandId)
          .where('server_xid', '=', serverXid)
          .where('kind', 'in', ['configure', 'narrow-policy'])
          .where('acknowledged_at', 'is', null)
          .execute()
      }
      if (lockedTokenSha256 !== undefined) {
        const locked = { locked_token_sha256: Buffer.from(lockedTokenSha256, 'hex') }
        await trx.updateTable('environment_server').set(locked).where('server_xid', '=', serverXid).execute()
      }
      await tellChange(trx, { changed: 'environments', id: environmentId, part: 'state', organizationId })
    })
  }

  /** A server that waits for its master password says so, by the one token that lies outside of its keychain (ES-10). */
  async function noteLocked(serverXid: string, token: string): Promise<void> {
    const sha256 = createHash('sha256').update(token).digest()
    const now = clock.now()
    await db.transaction().execute(async (trx) => {
      const row = await trx
        .selectFrom('environment_server as s')
        .innerJoin('environment as e', 'e.id', 's.environment_id')
        .select(['s.environment_id', 'e.organization_id', 's.locked_said_at', 's.last_heartbeat_at'])
        .where('s.server_xid', '=', serverXid)
        .where('s.locked_token_sha256', '=', sha256)
        .where('s.revoked_at', 'is', null)
        .forNoKeyUpdate('s')
        .executeTakeFirst()
      if (row === undefined) throw new Problem('unauthenticated', 'No environment server has this token.')
      await trx
        .updateTable('environment_server')
        .set({ locked_said_at: now })
        .where('server_xid', '=', serverXid)
        .execute()
      // It is said every 30 s, by as many servers as were started again together.
      const before = { lockedSaidAt: row.locked_said_at, lastHeartbeatAt: row.last_heartbeat_at }
      if (secondsSinceLocked(before, now) !== undefined) return
      const { environment_id: id, organization_id: organizationId } = row
      await tellChange(trx, { changed: 'environments', id, part: 'state', organizationId })
    })
  }

  return { read, change, report, noteLocked }
}

function refuseWhatItWouldRefuse(wanted: SettingChanges, reported: readonly ReportedSetting[], server: string): void {
  const names = Object.keys(wanted)
  if (names.length === 0) throw new Problem('invalid', 'Name at least one setting.')
  if (reported.length === 0)
    throw new Problem('conflict', `${server} has not reported its settings; releases before protocol 3 do not.`)
  for (const name of names) {
    const setting = reported.find((each) => each.name === name)
    if (setting === undefined) throw new Problem('invalid', `${server} has no setting "${name}".`)
    if (!setting.hubMaySet) {
      throw new Problem(
        'forbidden',
        `${server} lets nobody but its own administrator set ${name}. What a hub may set at all is named in "settings" of .postern-envsvr/policy.json there.`,
      )
    }
  }
}

function configureCommand(serverXid: string, settings: SettingChanges, now: Date): ConfigureCommand {
  return { ...commandHeader(serverXid, now), kind: 'configure', settings }
}

async function lastRequest(db: Db, serverXid: string, now: Date): Promise<SettingsRequest | null> {
  const row = await db
    .selectFrom('configure_request')
    .innerJoin('command', 'command.id', 'configure_request.command_id')
    .select(['requested_by', 'requested_at', 'settings', 'outcome', 'detail', 'command.expires_at'])
    .where('configure_request.server_xid', '=', serverXid)
    .where('settings', 'is not', null)
    .orderBy('requested_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return null
  return {
    requestedBy: row.requested_by,
    requestedAt: row.requested_at.toISOString(),
    settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).parse(row.settings),
    state: requestState(row, now),
    detail: row.detail,
  }
}
