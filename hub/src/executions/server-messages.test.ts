import { randomUUID } from 'node:crypto'
import { type Heartbeat, protocolVersion } from '@postern/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Rehearsal, type RehearsedServer, startRehearsal } from './rehearsal.ts'

let rehearsal: Rehearsal

beforeAll(async () => {
  rehearsal = await startRehearsal()
})
afterAll(() => rehearsal.close())

async function nameOf({ serverXid }: RehearsedServer): Promise<string> {
  const row = await rehearsal.db
    .selectFrom('environment_server')
    .select('name')
    .where('server_xid', '=', serverXid)
    .executeTakeFirstOrThrow()
  return row.name
}

test('ES-19: a server that calls itself otherwise is shown by its new name, under its old number, and that is on record', async () => {
  const gate = await rehearsal.addServer('gate')
  const other = await rehearsal.addServer('other')
  const renamed = { ...gate, name: 'North gate' }
  for (let beat = 0; beat < 3; beat += 1) await rehearsal.beat(renamed)
  expect([await nameOf(gate), await nameOf(other)]).toEqual(['North gate', 'other'])
  const audited = await rehearsal.db
    .selectFrom('audit_event')
    .select(['actor_kind', 'organization_id', 'detail'])
    .where('action', '=', 'environment-server.rename')
    .where('subject', '=', `environment server ${gate.serverXid}`)
    .execute()
  expect(audited).toEqual([
    {
      actor_kind: 'environment-server',
      organization_id: rehearsal.organizationId,
      detail: { from: 'gate', to: 'North gate' },
    },
  ])
})

test('ES-19: what is no name is not taken over, and the server is heard all the same', async () => {
  const gate = await rehearsal.addServer('steady')
  for (const name of ['', ' lead', 'x'.repeat(65), '<b>bold</b>', 'a\u202eb', '../etc']) {
    expect(await rehearsal.beat({ ...gate, name }), name).toEqual([])
  }
  expect(await nameOf(gate)).toBe('steady')
})

function heartbeat(name: string, serverVersion = '1'): Heartbeat {
  return {
    id: randomUUID(),
    protocolVersion,
    sentAt: rehearsal.clock.now().toISOString(),
    kind: 'heartbeat',
    serverVersion,
    serverName: name,
    state: 'ready',
    tier: 'isolated',
    executors: 2,
    queued: 0,
    held: [],
  }
}

test('ES-20: that a server went back from a newer file is kept while it says so', async () => {
  const server = await rehearsal.addServer('upgraded')
  const setAside = { at: rehearsal.clock.now().toISOString(), reason: 'It ended with exit code 7.' }
  const shown = async () => {
    const rows = await sql<{ setAside: unknown }>`select reported -> 'setAside' as "setAside" from environment_server
      where server_xid = ${server.serverXid}`.execute(rehearsal.db)
    return rows.rows[0]?.setAside ?? null
  }
  await rehearsal.executions.onHeartbeat(server.serverXid, { ...heartbeat('upgraded'), setAside })
  expect(await shown()).toEqual(setAside)
  await rehearsal.executions.onHeartbeat(server.serverXid, heartbeat('upgraded'))
  expect(await shown()).toBeNull()
})

test('S17: who opens TLS on the way to a server is kept while it says so', async () => {
  const server = await rehearsal.addServer('inspected')
  const inspectedTls = 'CN=Reads Along Ltd'
  const shown = async () => {
    const rows = await sql<{ inspectedTls: string | null }>`
      select reported ->> 'inspectedTls' as "inspectedTls" from environment_server
      where server_xid = ${server.serverXid}`.execute(rehearsal.db)
    return rows.rows[0]?.inspectedTls
  }
  await rehearsal.executions.onHeartbeat(server.serverXid, { ...heartbeat('inspected'), inspectedTls })
  expect(await shown()).toBe(inspectedTls)
  await rehearsal.executions.onHeartbeat(server.serverXid, heartbeat('inspected'))
  expect(await shown()).toBeNull()
})

test('S9: the answer to a heartbeat says whether its server is confirmed, and whether it is drained', async () => {
  const { serverXid } = await rehearsal.addServer('placed')
  const said = async () => {
    const answer = await rehearsal.executions.onHeartbeat(serverXid, heartbeat('placed'))
    return [answer?.confirmed, answer?.drained]
  }
  expect(await said()).toEqual([true, false])
  await sql`update environment_server set confirmed_at = null, confirmed_by = null, drained_at = now(), drained_by = 'chief'
    where server_xid = ${serverXid}`.execute(rehearsal.db)
  expect(await said()).toEqual([false, true])
})

async function versionsOf(servers: readonly RehearsedServer[]): Promise<unknown[]> {
  const { rows } = await sql<{ version: string }>`
    select reported ->> 'version' as version from environment_server
    where server_xid = any(${servers.map(({ serverXid }) => serverXid)}::bigint[]) order by server_xid`.execute(
    rehearsal.db,
  )
  return rows.map(({ version }) => version)
}

test('ES-15: of many heartbeats at once each is recorded and answered, and one that cannot be stored spoils no other', async () => {
  const servers = [await rehearsal.addServer('m1'), await rehearsal.addServer('m2'), await rehearsal.addServer('m3')]
  const said = servers.map(({ name }, index) => heartbeat(name, index === 1 ? '2\u0000' : '2'))
  const answers = await Promise.allSettled(
    servers.map(({ serverXid }, index) =>
      rehearsal.executions.onHeartbeat(serverXid, said[index] ?? heartbeat('none')),
    ),
  )
  const replies = answers.map((each) => (each.status === 'fulfilled' ? each.value?.replyTo : each.status))
  expect(replies).toEqual([said[0]?.id, 'rejected', said[2]?.id])
  expect(await versionsOf(servers)).toEqual(['2', '0.1.0', '2'])
})

test('ES-15: a server that somebody is changing holds up no other heartbeat', async () => {
  const [held, free] = [await rehearsal.addServer('held'), await rehearsal.addServer('free')]
  let isHeldAnswered = false
  await rehearsal.db.transaction().execute(async (trx) => {
    await sql`update environment_server set drained_at = now() where server_xid = ${held.serverXid}`.execute(trx)
    void rehearsal.executions.onHeartbeat(held.serverXid, heartbeat('held')).then(() => (isHeldAnswered = true))
    expect(await rehearsal.executions.onHeartbeat(free.serverXid, heartbeat('free'))).toBeDefined()
    expect(isHeldAnswered).toBe(false)
  })
  await expect.poll(() => isHeldAnswered).toBe(true)
})
