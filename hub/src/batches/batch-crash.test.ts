import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { indicatorId } from '@postern/intel'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createTestLibrary, type TestLibrary } from '../library/test-library.ts'
import { partRowsMax } from './content/part-size.ts'

let library: TestLibrary

beforeAll(async () => {
  library = await createTestLibrary()
})
afterAll(async () => {
  await library.close()
})

/** Enough for three parts. */
const count = partRowsMax * 2 + 200
const program = new URL('./test-batch-process.ts', import.meta.url).pathname

test('LIB-1: of a batch whose hub is killed in the middle nothing is there and its ledger says so; sent again, all of it is', async () => {
  const ownerId = await library.owner('Crash')
  const batchId = await batchOf(ownerId)
  const last =
    Array.from({ length: count }, (_, n) => indicatorId('Host', `${n}.crash.example`))
      .toSorted()
      .at(-1) ?? ''
  const holder = await library.database.pool.connect()
  await holder.query(
    `insert into indicator (id, type, value, canonical_version) select $1, 'Host', 'held.example', 1`,
    [last],
  )
  await holder.query('begin')
  await holder.query('select 1 from indicator where id = $1 for update', [last])
  const hub = start(ownerId, batchId)
  // It has written two parts and waits in the third.
  await vi.waitFor(async () => expect(await waiting()).toBe(1), { interval: 20 })
  await kill(hub)
  await holder.query('commit')
  await holder.query('delete from indicator where id = $1', [last])
  holder.release()
  await vi.waitFor(async () => expect(await othersConnected()).toBe(0), { interval: 20 })
  expect(await thereIs(ownerId)).toEqual({
    said: 0,
    attributes: 0,
    groups: 0,
    links: 0,
    views: 0,
    blocks: 0,
    pending: 0,
  })
  expect(await library.batches.get(library.organizationId, batchId)).toMatchObject({ state: 'created', created: 0 })

  const next = start(ownerId, batchId)
  // Its output is piped.
  await Promise.race([once(next.stdout!, 'data'), once(next, 'exit').then(() => Promise.reject(new Error('it ended')))])
  await kill(next)
  expect(await thereIs(ownerId)).toMatchObject({
    said: count,
    attributes: count,
    groups: 1,
    links: count,
    views: count,
  })
  expect(await library.batches.get(library.organizationId, batchId)).toMatchObject({
    state: 'completed',
    created: count,
    groups_created: 1,
    associations: count,
  })
})

async function batchOf(ownerId: string): Promise<string> {
  const { organizationId } = library
  const sender = {
    organizationId,
    ownerId,
    executionId: null,
    attempt: null,
    sentBy: 'test',
    statusDefault: 'Active',
  } as const
  return library.batches.create(sender, { action: 'Create', owner: 'Crash' })
}

function start(ownerId: string, batchId: string): ChildProcess {
  const values = [library.databaseUrl, library.organizationId, ownerId, batchId, String(count)]
  return spawn(process.execPath, [program, ...values], { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

async function waiting(): Promise<number> {
  return number(`select count(*)::int as number from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`)
}

/** Connections to this database beside those of this process, which rest or ask this. */
async function othersConnected(): Promise<number> {
  return number(`select count(*)::int as number from pg_locks where database = (select oid from pg_database where datname = current_database())
    and relation = 'assertion'::regclass and pid <> pg_backend_pid()`)
}

async function number(query: string): Promise<number> {
  const { rows } = await library.database.pool.query<{ number: number }>(query)
  return rows[0]?.number ?? -1
}

async function thereIs(ownerId: string): Promise<unknown> {
  const { rows } = await library.database.pool.query<object>(
    `select (select count(*)::int from assertion where owner_id = $1) as said,
       (select count(*)::int from assertion_attribute where owner_id = $1) as attributes,
       (select count(*)::int from library_group where owner_id = $1) as groups,
       (select count(*)::int from indicator_group where owner_id = $1) as links,
       (select count(*)::int from indicator_view where owner_ids @> array[$1::bigint]) as views,
       (select count(*)::int from batch_item_block) as blocks,
       (select count(*)::int from collection_pending) as pending`,
    [ownerId],
  )
  return rows[0]
}
