import { randomUUID } from 'node:crypto'
import {
  type ConfigureCommand,
  type EnvironmentServer,
  limits,
  type NarrowPolicyCommand,
  protocolVersion,
} from '@postern/protocol'
import * as z from 'zod'
import type { Member } from '../environments/environments.ts'
import { signCommand } from '../executions/build-command.ts'
import { storeCommand } from '../executions/command-store.ts'
import { Problem } from '../lib/problem.ts'
import { tellChange } from '../live/changes.ts'
import type { ServerSettingsParts } from './server-settings.ts'

/** Requests that a server has not answered; a person who asks for more than this waits for it first. */
const openRequestsMax = 20

type Asked = {
  caller: Member
  environmentId: string
  serverName: string
  command: ConfigureCommand | NarrowPolicyCommand
  settings: ConfigureCommand['settings'] | null
  narrowing: NarrowPolicyCommand['narrowing'] | null
  action: 'environment-server.configure' | 'environment-server.narrow-policy'
  address: string | undefined
}

/** @throws conflict where no command could reach it */
export function requireIdentity({ name, presence }: Pick<EnvironmentServer, 'name' | 'presence'>): void {
  if (presence === 'revoked' || presence === 'waiting')
    throw new Problem('conflict', `${name} has no identity now that a command could reach.`)
}

/** Sends a server a signed command about itself, and remembers who asked; its next report answers. */
export async function askServer(
  { db, keys, clock, audit }: Omit<ServerSettingsParts, 'environments'>,
  { caller, environmentId, serverName, command, settings, narrowing, action, address }: Asked,
): Promise<void> {
  const { serverXid, commandId } = command
  await db.transaction().execute(async (trx) => {
    const now = clock.now()
    const open = await trx
      .selectFrom('configure_request')
      .innerJoin('command', 'command.id', 'configure_request.command_id')
      .select((select) => select.fn.countAll<string>().as('count'))
      .where('configure_request.server_xid', '=', serverXid)
      .where('answered_at', 'is', null)
      .where('command.expires_at', '>', now)
      .executeTakeFirstOrThrow()
    if (Number(open.count) >= openRequestsMax)
      throw new Problem('conflict', `${serverName} has ${openRequestsMax} requests to answer. Wait until it has.`)
    await storeCommand(trx, command, JSON.stringify(await signCommand(keys, command, trx)), now)
    await trx
      .insertInto('configure_request')
      .values({
        command_id: commandId,
        server_xid: serverXid,
        settings: settings === null ? null : JSON.stringify(settings),
        narrowing: narrowing === null ? null : JSON.stringify(narrowing),
        requested_by: caller.name,
        requested_at: now,
      })
      .execute()
    const detail = settings === null ? { narrowing } : { settings }
    await audit.record(trx, caller, action, `environment server ${serverXid}`, detail, address)
    const { organizationId } = caller
    await tellChange(trx, { changed: 'environments', id: environmentId, part: 'state', organizationId })
  })
}

/** What every command about a server itself begins with; good for as long as a command may be. */
export function commandHeader(serverXid: string, now: Date) {
  return {
    protocolVersion,
    commandId: randomUUID(),
    serverXid,
    notBefore: now.toISOString(),
    notAfter: new Date(now.getTime() + limits.commandLifeSecondsMax * 1000).toISOString(),
  }
}

export function requestState({ outcome, expires_at }: { outcome: string | null; expires_at: Date }, now: Date) {
  return z.enum(['applied', 'refused']).nullable().parse(outcome) ?? (expires_at > now ? 'waiting' : 'expired')
}
