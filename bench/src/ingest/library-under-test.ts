import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { callHub, ensureOwner, type HubTarget } from '@postern/cli'
import { startTestSystem } from '@postern/dev'
import { CreatedToken, paths } from '@postern/protocol'
import pg from 'pg'

/** A hub of its own processes and the PostgreSQL that it runs, where the other side has tables of the same definition. */
export type LibraryUnderTest = AsyncDisposable & {
  /** By HTTPS with a token, as an app reaches it. */
  hub: HubTarget
  /** Of the hub's own process, without its edge and its PostgreSQL. */
  hubPid: number
  owner: { id: string; name: string; organizationId: string }
  databaseUrl: string
  database: pg.Client
  /** Empties what both sides write to, so that each round finds fresh tables, and nobody pays for a checkpoint of the last. */
  empty(): Promise<void>
  /**
   * Does at once what upkeep does within a minute of a first pass, by PostgreSQL and by the hub: merges what waits in indexes, marks
   * what all see, counts. Else it falls into what is measured next, in one round and not in another.
   */
  settle(): Promise<void>
}

const ownerName = 'Bench'

/**
 * The other side's tables: defined as ours, indexes and their settings included, in the same database. Without upkeep: that of its
 * second pass, which nobody counts, would be written to the log that ours is measured by.
 */
const makePeerTables = `
  create schema peer;
  create table peer.indicator (like public.indicator including all) with (autovacuum_enabled = false);
  create table peer.assertion (like public.assertion including all) with (autovacuum_enabled = false);
  create table peer.indicator_view (like public.indicator_view including all) with (autovacuum_enabled = false)`

const settleTables = 'vacuum (analyze) indicator, assertion, indicator_view'

/** Everything that grows with indicators. Tags stay: our side finds them there after the round that does not count. */
const emptyTables = `
  truncate indicator, assertion, assertion_attribute, indicator_view, batch, batch_item_block, collection_pending cascade;
  truncate peer.indicator, peer.assertion, peer.indicator_view;
  checkpoint`

export async function startLibraryUnderTest(): Promise<LibraryUnderTest> {
  await using stack = new AsyncDisposableStack()
  const system = stack.use(await startTestSystem())
  const databaseUrl = `postgresql:///postern?host=${encodeURIComponent(join(system.dataFolder, 'cluster/socket'))}&user=postern`
  const database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  await database.query(makePeerTables)
  stack.defer(() => database.end())
  const { token } = await callHub(system.hub.target, paths.tokens, CreatedToken, {
    json: { name: 'bench', role: 'administrator', expiresInDays: 1 },
  })
  const hub: HubTarget = {
    kind: 'https',
    url: `https://localhost:${new URL(system.hub.file.url).port}`,
    token,
    caPem: readFileSync(join(system.dataFolder, 'pki/ca.pem'), 'utf8'),
  }
  const { id } = await ensureOwner(hub, ownerName)
  const { rows } = await database.query<{ organization_id: string }>(
    'select organization_id from owner where id = $1',
    [id],
  )
  const organizationId = rows[0]?.organization_id
  if (organizationId === undefined) throw new Error(`The owner ${ownerName} is not in the database.`)
  const hubPid = system.hub.processes.hub.pid
  if (hubPid === undefined) throw new Error('The hub has no process.')
  const started = stack.move()
  return {
    hub,
    hubPid,
    owner: { id, name: ownerName, organizationId },
    databaseUrl,
    database,
    empty: async () => void (await database.query(emptyTables)),
    settle: async () => void (await database.query(settleTables)),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}
