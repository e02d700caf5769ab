import { ControlPage, paths, type ReceiptState } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { type Rehearsal, startRehearsal } from '../executions/rehearsal.ts'
import { createServer, type Server } from '../http/server.ts'
import { createControls } from './controls.ts'
import { controlRoutes } from './routes.ts'

let rehearsal: Rehearsal
let server: Server
let administrator: Extract<Caller, { kind: 'user' }>
let caller: Caller
let collectionId: string

beforeAll(async () => {
  rehearsal = await startRehearsal()
  const { db, organizationId } = rehearsal
  administrator = { kind: 'user', userId: '1', name: 'ada', role: 'organization-administrator', organizationId }
  server = await createServer({ authenticate: async () => caller, logger: false })
  controlRoutes(server, createControls(rehearsal))
  await server.ready()
  const collection = await db
    .insertInto('collection')
    .values({ organization_id: organizationId, name: 'All', tql: 'rating > 0', freshness_seconds: 60, version: 1 })
    .returning('id')
    .executeTakeFirstOrThrow()
  collectionId = collection.id
})
afterAll(async () => {
  await server.close()
  await rehearsal.close()
})

async function call(who: Caller, method: 'GET' | 'PATCH', url: string, payload?: object) {
  caller = who
  return await server.inject({ method, url, ...(payload === undefined ? {} : { payload }) })
}

async function control(name: string): Promise<string> {
  const { id } = await rehearsal.db
    .insertInto('control')
    .values({ organization_id: rehearsal.organizationId, name, program_name: 'netscout_aed' })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

async function receipt(controlId: string, target: string, state: ReceiptState): Promise<string> {
  await rehearsal.addServer(`server of ${target}`)
  const appId = await rehearsal.addApp({ kind: 'export' })
  const executionId = await rehearsal.start(await rehearsal.addJob({ appId, controlId }))
  const figures = { desired: 0, held: 0, missing: 0, extra: 0, added: 0, removed: 0 }
  const { id } = await rehearsal.db
    .insertInto('receipt')
    .values({
      organization_id: rehearsal.organizationId,
      control_id: controlId,
      target,
      execution_id: executionId,
      attempt: 1,
      collection_id: collectionId,
      collection_version: 1,
      state,
      ...figures,
      not_taken: '{}',
      unverified_transport: false,
      created_at: rehearsal.clock.now(),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

test('D5: a control is shown with the newest receipt of each of its targets', async () => {
  const [id, empty] = [await control('Edge'), await control('Empty')]
  await receipt(id, 'Outbound', 'drift')
  const inbound = await receipt(id, 'Inbound', 'pending')
  rehearsal.clock.pass(60)
  const outbound = await receipt(id, 'Outbound', 'in-sync')
  const at = rehearsal.clock.now()
  const before = new Date(at.getTime() - 60_000)
  const { data } = ControlPage.parse((await call(administrator, 'GET', paths.controls)).json())
  expect(data).toMatchObject([
    {
      id,
      name: 'Edge',
      appName: 'netscout_aed',
      highestTlp: 'AMBER',
      targets: [
        { target: 'Inbound', receiptId: inbound, state: 'pending', at: before.toISOString() },
        { target: 'Outbound', receiptId: outbound, state: 'in-sync', at: at.toISOString() },
      ],
    },
    { id: empty, targets: [] },
  ])
  expect((await call(administrator, 'GET', paths.control(id))).json()).toEqual(data[0])
  const first = ControlPage.parse((await call(administrator, 'GET', `${paths.controls}?limit=1`)).json())
  expect(first.data.map((each) => each.id)).toEqual([id])
  const second = await call(administrator, 'GET', `${paths.controls}?limit=1&cursor=${first.next}`)
  expect(second.json()).toMatchObject({ data: [{ id: empty }] })
  expect(second.json().next).toBeUndefined()
})

test('D21: the highest TLP is decided by whoever may change jobs, and is on record', async () => {
  const id = await control('Decided')
  const changed = await call(administrator, 'PATCH', paths.control(id), { highestTlp: 'GREEN' })
  expect(changed.json()).toMatchObject({ id, highestTlp: 'GREEN' })
  const analyst: Caller = { ...administrator, role: 'analyst' }
  expect((await call(analyst, 'PATCH', paths.control(id), { highestTlp: 'RED' })).statusCode).toBe(403)
  expect((await call(administrator, 'PATCH', paths.control(id), { highestTlp: 'PURPLE' })).statusCode).toBe(400)
  expect((await call(analyst, 'GET', paths.control(id))).json()).toMatchObject({ highestTlp: 'GREEN' })
  const audited = await rehearsal.db
    .selectFrom('audit_event')
    .select(['actor_name', 'detail'])
    .where('action', '=', 'control.update')
    .execute()
  expect(audited).toEqual([{ actor_name: 'ada', detail: { highestTlp: 'GREEN', before: 'AMBER' } }])
})

test('D22: controls of another organization are not there', async () => {
  const id = await control('Ours')
  const other = await rehearsal.db
    .insertInto('organization')
    .values({ name: 'Theirs' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const stranger: Caller = { ...administrator, organizationId: other.id }
  expect((await call(stranger, 'GET', paths.controls)).json()).toEqual({ data: [] })
  expect((await call(stranger, 'GET', paths.control(id))).statusCode).toBe(404)
  expect((await call(stranger, 'PATCH', paths.control(id), { highestTlp: 'RED' })).statusCode).toBe(404)
})
