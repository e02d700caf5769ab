import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Rehearsal, startRehearsal } from '../executions/rehearsal.ts'
import type { Change } from '../live/changes.ts'
import { createPresenceWatch } from './presence-watch.ts'

let rehearsal: Rehearsal
const told: Change[] = []
beforeAll(async () => {
  rehearsal = await startRehearsal()
})
afterAll(async () => await rehearsal.close())

test('ES-15: falling silent is told when it becomes unknown and when it becomes offline, and not in between', async () => {
  const { db, clock, organizationId, environmentId } = rehearsal
  await rehearsal.addServer('falls silent')
  const watch = createPresenceWatch({ db, clock, changes: { tellHere: (change) => void told.push(change) } })
  const expected = { changed: 'environments', id: environmentId, part: 'state', organizationId }
  await pass(30)
  expect(told).toEqual([])
  await pass(2)
  expect(told).toEqual([expected])
  await pass(87)
  expect(told).toEqual([expected])
  // However late the hub looks, it misses no threshold.
  await pass(600)
  expect(told).toEqual([expected, expected])
  await pass(3600)
  expect(told).toHaveLength(2)

  async function pass(seconds: number): Promise<void> {
    clock.pass(seconds)
    await watch.tick()
  }
})

test('ES-15: one that enrolled and never spoke is told once it is offline; who waits or was revoked is left alone', async () => {
  const { db, clock, environmentId } = rehearsal
  told.length = 0
  await db.deleteFrom('environment_server').execute()
  const watch = createPresenceWatch({ db, clock, changes: { tellHere: (change) => void told.push(change) } })
  const enrolled = { public_key_pem: 'unused here', sealing_public_key: Buffer.alloc(32, 1), enrolled_at: clock.now() }
  const server = { environment_id: environmentId, downloaded_by: 'test' }
  await db
    .insertInto('environment_server')
    .values([
      { ...server, name: 'waits' },
      { ...server, ...enrolled, name: 'was revoked', revoked_at: clock.now() },
      { ...server, ...enrolled, name: 'never spoke' },
    ])
    .execute()
  clock.pass(121)
  await watch.tick()
  expect(told).toHaveLength(1)
})
