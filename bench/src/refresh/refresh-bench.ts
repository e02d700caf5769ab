import { join } from 'node:path'
import { Audit, connectDatabase, createCollections, migrate } from '@postern/hub'
import { startTestSystem } from '@postern/dev'
import pg from 'pg'
import type { Bench } from '../bench.ts'
import { comparison } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import { fillLibrary } from '../search/fill-library.ts'
import { memberCount } from './config.ts'

/** One in a hundred is changed. */
const changedCount = Math.round(memberCount / 100)
/** Five sixths of what fill-library.ts makes have a rating. */
const tql = 'ownerName in ("Filler 1", "Filler 2", "Filler 3") and rating >= 1'

/** A data collection that follows batches, against the query over the whole library. No hub works on this database beside us. */
export const refreshBench: Bench = {
  name: 'refresh',
  async measure(rounds, say) {
    await using stack = new AsyncDisposableStack()
    const system = stack.use(await startTestSystem())
    const url = (name: string) =>
      `postgresql:///${name}?host=${encodeURIComponent(join(system.dataFolder, 'cluster/socket'))}&user=postern`
    await run(url('postern'), (client) => client.query('create database refresh'))
    await migrate(url('refresh'))
    const database = new pg.Client({ connectionString: url('refresh') })
    await database.connect()
    stack.defer(() => database.end())
    const collection = await setUp(url('refresh'), database)
    stack.defer(() => collection.close())
    say(`${collection.count} members`)
    const measured = await runAlternating(
      rounds,
      async () => {
        await change(database, collection.organizationId, true)
        return timed(() => collection.refreshTouched())
      },
      async () => {
        await change(database, collection.organizationId, false)
        return timed(() => collection.refreshAll())
      },
    )
    return [
      comparison({
        work: `a data collection of ${memberCount.toLocaleString('en')} follows ${changedCount.toLocaleString('en')} changed values`,
        unit: 's',
        goal: '≤ 0.1',
        ...measured,
        peerIs: 'a refresh of the same collection by the query over the whole library',
      }),
    ]
  },
}

async function setUp(url: string, database: pg.Client) {
  const { rows } = await database.query<{ id: string }>(`insert into organization (name) values ('Bench') returning id`)
  const organizationId = rows[0]?.id
  if (organizationId === undefined) throw new Error('No organization was made.')
  await fillLibrary(database, organizationId, Math.round((memberCount * 6) / 5))
  const fail = (error: unknown) => {
    throw error
  }
  const connection = connectDatabase(url, fail)
  const log = { debug() {}, info() {}, warn: fail, error: fail }
  const collections = createCollections({ ...connection, audit: new Audit(), clock: { now: () => new Date() }, log })
  const person = { kind: 'user', userId: '1', name: 'bench', role: 'administrator', organizationId } as const
  const { id } = await collections.create(person, { name: 'Bench', tql, freshnessSeconds: 86_400 })
  const { count } = await collections.refresh(person, id)
  return {
    organizationId,
    count,
    refreshTouched: () => collections.refreshTouched(),
    refreshAll: () => collections.refresh(person, id),
    close: () => connection.close(),
  }
}

/** Takes as many members' ratings away as are wanted, others each time, as a batch would. @param isTold whether collections learn which */
async function change(database: pg.Client, organizationId: string, isTold: boolean): Promise<void> {
  await database.query('begin')
  const { rows } = await database.query<{ ids: string[] }>(
    `with chosen as (select indicator_id from assertion where rating >= 1 order by md5(indicator_id::text) limit $1),
     changed as (update assertion a set rating = 0, modified_at = now() from chosen c where a.indicator_id = c.indicator_id returning a.indicator_id),
     shown as (update indicator_view v set rating = 0, modified_at = now() from chosen c where v.indicator_id = c.indicator_id returning 1)
     select array_agg(indicator_id) as ids from changed`,
    [changedCount],
  )
  if (isTold) {
    await database.query('insert into collection_pending (organization_id, indicator_ids) values ($1, $2)', [
      organizationId,
      rows[0]?.ids,
    ])
  }
  await database.query('commit')
  await database.query('analyze assertion, indicator_view')
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

async function run(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await work(client).finally(() => client.end())
}
