import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Change } from '../live/changes.ts'
import { type RehearsedServer, type Rehearsal, startRehearsal } from './rehearsal.ts'

let rehearsal: Rehearsal
let server: RehearsedServer
const told: Change[] = []

beforeAll(async () => {
  rehearsal = await startRehearsal()
  server = await rehearsal.addServer('one')
  rehearsal.changes.on((change) => void told.push(change))
})
afterAll(() => rehearsal.close())

/** An execution of ten minutes, and the command for it. */
async function started() {
  const appId = await rehearsal.addApp({ kind: 'action' })
  const id = await rehearsal.start(await rehearsal.addJob({ appId, timeoutSeconds: 600 }))
  const command = (await rehearsal.outbox()).find(({ executionId }) => executionId === id)
  if (command === undefined) throw new Error('no command')
  return { id, command }
}

async function detail(id: string) {
  return await rehearsal.executions.get(rehearsal.organizationId, id)
}

const heardOf = () => `Waiting for environment server one, last heard of at ${rehearsal.clock.now().toISOString()}.`

test('ES-26: what its server took before it fell silent says whom it waits for, past its time-out too, until the server is back', async () => {
  const { executions, clock, organizationId } = rehearsal
  const { id, command } = await started()
  await rehearsal.tell(server, command, 'accepted')
  const waiting = heardOf()
  clock.pass(30)
  await executions.tick()
  expect(await detail(id)).toMatchObject({ state: 'dispatched', message: '' })
  told.length = 0
  clock.pass(1)
  await executions.tick()
  expect((await detail(id)).message).toBe(
    `${waiting} It goes on without the hub, and says how this ended when it is back.`,
  )
  const page = await executions.list(
    { kind: 'user', userId: '1', name: 'ada', role: 'administrator', organizationId },
    {},
    undefined,
    10,
  )
  expect(page[0]?.message).toContain(waiting)
  const change = { changed: 'execution', id, part: 'state', organizationId }
  await expect.poll(() => told).toContainEqual(change)
  clock.pass(570)
  await executions.tick()
  // Nobody knows whether it ran (D10), but that it does not for longer.
  expect(await detail(id)).toMatchObject({
    state: 'dispatched',
    message: expect.stringContaining(`${waiting} The time-out passed at `),
  })
  told.length = 0
  await rehearsal.beat(server, [{ executionId: id, attempt: 1 }])
  await expect.poll(() => told).toContainEqual(change)
  expect((await detail(id)).message).toBe('')
})

test('ES-26: what its server never said that it took waits for it, visibly, until its time-out', async () => {
  const { executions, clock } = rehearsal
  await rehearsal.beat(server)
  const { id } = await started()
  const waiting = heardOf()
  clock.pass(31)
  await executions.tick()
  expect(await detail(id)).toMatchObject({
    state: 'dispatched',
    message: expect.stringContaining(`${waiting} It has not said that it took this; at the time-out, `),
  })
  clock.pass(600)
  await executions.tick()
  expect((await detail(id)).state).toBe('timed-out')
})
