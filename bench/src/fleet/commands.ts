import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { cancelCommand, connectDatabase, Keys, readSecretKey, SecretBox, signCommand } from '@postern/hub'
import { topics } from '@postern/protocol'
import { MqttParty } from '../dispatch/mqtt-party.ts'
import type { BareUnderTest } from './bare-under-test.ts'
import type { HubStore } from './enrol-fleet.ts'

/** A signed command to each server of the fleet, as both sides send it. */
export type CommandToEach = { id: string; serverXid: string; executionId: string; attempt: number; payload: string }

const lookEveryMs = 20
const waitMsMax = 300_000

/** An execution on each server that is over: what a command to cancel it is about, and nothing starts anywhere. */
const insertExecutions = `
  with ended as (
    insert into execution (organization_id, job_id, app_version_id, environment_id, trigger, started_by, state, deadline_at, finished_at)
    select j.organization_id, j.id, v.id, j.environment_id, 'run-now', 'bench ' || s.server_xid, 'succeeded', now(), now()
    from environment_server s cross join job j join app_version v on v.app_id = j.app_id and v.is_current
    where j.id = $1 and s.broker_token_sha256 is not null
    returning id, substr(started_by, 7)::bigint as server_xid)
  insert into attempt (execution_id, number, server_xid, state, placement, repeatable, dispatched_at, accepted_at, finished_at, takeover_at)
  select id, 1, server_xid, 'finished', 'pooled', true, now(), now(), now(), now() from ended
  returning execution_id as "executionId", number as attempt, server_xid as "serverXid"`

const insertCommands = `
  insert into command (id, server_xid, execution_id, attempt, kind, topic, payload, next_publish_at, expires_at)
  select id, "serverXid", "executionId", attempt, 'cancel', topic, payload, now(), now() + interval '1 hour'
  from json_to_recordset($1::json)
    as each (id uuid, "serverXid" bigint, "executionId" bigint, attempt int, topic text, payload text)`

type EndedExecution = Pick<CommandToEach, 'serverXid' | 'executionId' | 'attempt'>

export async function endedExecutions({ database }: HubStore, jobId: string): Promise<EndedExecution[]> {
  const { rows } = await database.query<EndedExecution>(insertExecutions, [jobId])
  return rows
}

/** New commands, signed by the hub's key. */
export async function signToEach(store: HubStore, executions: readonly EndedExecution[]): Promise<CommandToEach[]> {
  const connection = connectDatabase(store.databaseUrl, () => {})
  try {
    const keys = new Keys(connection.db, new SecretBox(readSecretKey(store.secretKeyFile, false)))
    const commands: CommandToEach[] = []
    for (const execution of executions) {
      const command = cancelCommand(execution, 'A round of the bench.', new Date())
      const payload = JSON.stringify(await signCommand(keys, command))
      commands.push({ ...execution, id: command.commandId, payload })
    }
    return commands
  } finally {
    await connection.close()
  }
}

/** From the commit of the commands to the last acknowledgement in the hub's tables. @returns seconds */
export async function commandAll({ database }: HubStore, commands: readonly CommandToEach[]): Promise<number> {
  const rows = commands.map((command) => ({ ...command, topic: topics.commands(command.serverXid) }))
  await database.query('begin')
  await database.query(insertCommands, [JSON.stringify(rows)])
  await database.query(`select pg_notify('postern_command', '')`)
  await database.query('commit')
  const committed = performance.now()
  while (await isAnyOpen(database)) {
    if (performance.now() - committed > waitMsMax) throw new Error('Not every command was acknowledged.')
    await wait(lookEveryMs)
  }
  return (performance.now() - committed) / 1000
}

async function isAnyOpen(database: HubStore['database']): Promise<boolean> {
  const open = 'select 1 from command where acknowledged_at is null and withdrawn_at is null limit 1'
  return (await database.query(open)).rowCount === 1
}

/** From the first publication to the last reply, by one client that stands where the hub does. @returns seconds */
export async function publishToAll(broker: BareUnderTest, commands: readonly CommandToEach[]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let replies = 0
  const hear = () => {
    replies += 1
    if (replies === commands.length) resolve()
  }
  const party = await MqttParty.connect(connect(broker.socketPath), 'hub', ['servers/+/execution-events'], hear)
  const deadline = setTimeout(() => reject(new Error(`${replies} of ${commands.length} replied.`)), waitMsMax)
  try {
    const before = performance.now()
    for (const { serverXid, payload } of commands) party.publish(topics.commands(serverXid), payload)
    await promise
    return (performance.now() - before) / 1000
  } finally {
    clearTimeout(deadline)
    party.close()
  }
}
