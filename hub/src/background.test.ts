import { afterAll, beforeAll, expect, test } from 'vitest'
import { repeatedWork } from './background.ts'
import { createTestHub, type TestHub } from './environments/test-hub.ts'
import { createFeatures, type Features } from './features.ts'
import { Notifications } from './live/notifications.ts'
import { Settings } from './settings/settings.ts'

let hub: TestHub
let features: Features

beforeAll(async () => {
  hub = await createTestHub()
  const { database, databaseUrl, keys, authority, log } = hub
  features = createFeatures({
    connection: database,
    notifications: new Notifications(databaseUrl, log),
    keys,
    authority,
    settings: new Settings(database.db, {
      publicUrl: undefined,
      brokerPublicHost: undefined,
      ports: () => ({ https: 8443, broker: 62_000 }),
    }),
    serverFilesFolder: '',
    log,
  })
})
afterAll(async () => await hub.close())

test('LIB-1: batches that were never filled are cleared away within a minute of their time', async () => {
  const { db } = hub.database
  const owner = await features.library.owners.create(
    { kind: 'machine', name: 'door', role: 'administrator', organizationId: hub.organizationId },
    { name: 'Abandoned' },
  )
  for (const hours of [23, 25]) {
    await db
      .insertInto('batch')
      .values({
        organization_id: hub.organizationId,
        owner_id: owner.id,
        sent_by: 'test',
        state: 'created',
        action: 'Create',
        config: JSON.stringify({ note: `${hours} hours old` }),
        created_at: new Date(Date.now() - hours * 3_600_000),
      })
      .execute()
  }
  const turn = repeatedWork(features).find(({ what }) => what === 'batches')
  expect(turn?.everyMs).toBeLessThanOrEqual(60_000)
  await turn?.work()
  const left = await db.selectFrom('batch').select('config').execute()
  expect(left).toEqual([{ config: { note: '23 hours old' } }])
})

test('nothing that a hub does again and again fails on an empty installation', async () => {
  for (const { what, work } of repeatedWork(features)) await expect(work(), what).resolves.toBeUndefined()
  expect(hub.log.lines.filter(({ level }) => level === 'error')).toEqual([])
})
