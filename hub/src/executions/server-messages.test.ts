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
