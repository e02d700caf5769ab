import { indicatorId } from '@postern/intel'
import { tcexPaths } from '@postern/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Db } from '../database/database.ts'
import { statementsOf } from '../database/statements.ts'
import { lockWaits } from '../database/test-lock-waits.ts'
import { createServer } from '../http/server.ts'
import { createTestLibrary, type TestLibrary } from '../library/test-library.ts'
import { batchRoutes } from '../tcex/batch-routes.ts'
import { waitAlone } from './batch-turn.ts'
import { Batches } from './batches.ts'
import { betweenBatches } from './between-batches.ts'

let library: TestLibrary

beforeAll(async () => {
  library = await createTestLibrary()
})
afterAll(async () => {
  await library.close()
})

/** In the order of their ids, as batches lock them. */
const [first, second, last] = ['one', 'two', 'three']
  .map((name) => `${name}.turn.example.com`)
  .toSorted((left, right) => (indicatorId('Host', left) < indicatorId('Host', right) ? -1 : 1)) as [
  string,
  string,
  string,
]

test('batches of one owner with other indicators are written beside each other, and a batch with groups after them', async () => {
  await library.send('Seed', hosts([last]))
  const release = await hold(last)
  const waiting = library.send('Beside', hosts([last]))
  await lockWaits(library.database.db, 1)
  expect(await library.send('Beside', hosts([first, second]))).toMatchObject({ created: 2 })
  let ended = false
  const alone = library
    .send('Beside', { group: [{ type: 'Report', name: 'Alone', xid: 'alone' }] })
    .finally(() => (ended = true))
  await lockWaits(library.database.db, 2)
  expect(ended).toBe(false)
  await release()
  expect(await waiting).toMatchObject({ created: 1 })
  expect(await alone).toMatchObject({ groups_created: 1 })
})

test('of two batches of one owner that bring the same new indicator at once, the second changes what the first created', async () => {
  await library.send('Seed', hosts([last]))
  const release = await hold(last)
  // Has made the first and waits for the last.
  const earlier = library.send('Overlap', hosts([first, last], 'earlier'))
  await lockWaits(library.database.db, 1)
  const later = library.send('Overlap', hosts([first, second], 'later'), { tagWriteType: 'Append' })
  await lockWaits(library.database.db, 2)
  await release()
  expect(await earlier).toMatchObject({ created: 2, updated: 0 })
  expect(await later).toMatchObject({ created: 1, updated: 1 })
  expect(await tagsOf('Overlap')).toEqual({ [first]: ['earlier', 'later'], [second]: ['later'], [last]: ['earlier'] })
})

test('overlapping batches of one owner at once: each indicator is created once, and none of what was appended is lost', async () => {
  const count = 60
  const values = Array.from({ length: count }, (_, n) => `${n}.crowd.example.com`)
  const senders = Array.from({ length: 6 }, (_, n) => `sender-${n}`)
  await library.owner('Crowd')
  const sent = await Promise.all(
    senders.map((tag, n) =>
      library.send('Crowd', hosts(n % 2 === 0 ? values : values.toReversed(), tag), { tagWriteType: 'Append' }),
    ),
  )
  const sum = (outcome: 'created' | 'updated') => sent.reduce((total, batch) => total + batch[outcome], 0)
  expect([sum('created'), sum('updated')]).toEqual([count, count * (senders.length - 1)])
  expect(await tagsOf('Crowd')).toEqual(Object.fromEntries(values.map((value) => [value, senders])))
})

test('the same content twice at once is taken one after the other, so that the second finds what the first wrote', async () => {
  await library.send('Seed', hosts([last]))
  await library.owner('Twice')
  const release = await hold(last)
  const both = [library.send('Twice', hosts([last])), library.send('Twice', hosts([last]))]
  await lockWaits(library.database.db, 2)
  await release()
  const written = (await Promise.all(both)).toSorted((one, other) => other.created - one.created)
  expect(written.map(({ created, updated, unchanged }) => [created, updated, unchanged])).toEqual([
    [1, 0, 0],
    [0, 0, 1],
  ])
})

test('T2: a batch that others keep from being written is put off with a time to come again, and is taken then', async () => {
  const { database, exclusions, attributes, clock, owners } = library
  const { matchers } = exclusions
  const batches = new Batches({ ...database, clock, matchers, attributes, onTouched() {}, otherBatchWaitMs: 100 })
  await using server = await createServer({ logger: false, authenticate: async () => library.person })
  batchRoutes(server, { batches, owners })
  await library.owner('Put off')
  const post = (path: string, payload: object) =>
    server.inject({ method: 'POST', url: `${tcexPaths.base}${path}`, payload })
  const made = await post('/v2/batch', { action: 'Create', owner: 'Put off' })
  const upload = tcexPaths.batch(made.json<{ data: { batchId: number } }>().data.batchId)
  await library.send('Seed', hosts([last]))
  const release = await hold(last)
  const putOff = await post(upload, hosts([first, last]))
  expect([putOff.statusCode, putOff.headers['retry-after']]).toEqual([503, '5'])
  expect(putOff.json()).toMatchObject({ description: expect.stringContaining('Nothing of it was taken') })
  expect(await tagsOf('Put off')).toEqual({})
  await release()
  expect((await post(upload, hosts([first, last]))).statusCode).toBe(202)
  expect(Object.keys(await tagsOf('Put off')).toSorted()).toEqual([first, last].toSorted())
})

test('a change of a person that waits for a batch of the owner is put off as a batch is, and nothing of it is done', async () => {
  const { db, pool } = library.database
  const ownerId = await library.owner('Changed by hand')
  const client = await pool.connect()
  try {
    await client.query('begin')
    await waitAlone(client, ownerId)
    const change = async (trx: Db) => {
      await sql`update owner set name = 'Changed' where id = ${ownerId}`.execute(trx)
      await waitAlone(statementsOf(trx), ownerId)
    }
    await expect(betweenBatches(db, change, 50)).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 })
    expect(await library.owner('Changed by hand')).toBe(ownerId)
    await client.query('commit')
    await betweenBatches(db, change, 50)
  } finally {
    client.release()
  }
})

function hosts(values: readonly string[], tag?: string): { indicator: object[] } {
  const said = tag === undefined ? {} : { tag: [{ name: tag }] }
  return { indicator: values.map((summary) => ({ type: 'Host', summary, ...said })) }
}

/** Keeps batches from writing an indicator that is there already, until it is released. */
async function hold(value: string): Promise<() => Promise<void>> {
  const client = await library.database.pool.connect()
  await client.query('begin')
  await client.query('select 1 from indicator where value = $1 for update', [value])
  return async () => {
    await client.query('commit')
    client.release()
  }
}

async function tagsOf(owner: string): Promise<Record<string, string[]>> {
  const { rows } = await library.database.pool.query<{ value: string; tags: string[] }>(
    'select i.value, a.tags from assertion a join indicator i on i.id = a.indicator_id where a.owner_id = $1',
    [await library.owner(owner)],
  )
  return Object.fromEntries(rows.map(({ value, tags }) => [value, tags]))
}
