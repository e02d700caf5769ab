import { connectionSettings, searchStatement } from '@postern/hub'
import { paths } from '@postern/protocol'
import type { LibraryUnderTest } from '../ingest/library-under-test.ts'
import { median } from '../median.ts'
import { rowsAPage, type Search } from '../search/searches.ts'
import { openClient } from '../taxii/taxii-client.ts'

/** Once to warm the caches, once to measure. @returns the median of milliseconds, through the hub's door */
export async function timeSearch(
  { hub }: Pick<LibraryUnderTest, 'hub'>,
  { queries }: Pick<Search, 'queries'>,
): Promise<number> {
  if (hub.kind !== 'https') throw new Error('The hub is searched over HTTPS.')
  using client = openClient({ url: hub.url, headers: { authorization: `Bearer ${hub.token}` }, caPem: hub.caPem })
  // The connection is closed as soon as this function returns.
  return await timed(queries, (tql) =>
    client.ask(`${paths.indicators}?${new URLSearchParams({ tql, limit: String(rowsAPage) })}`),
  )
}

/** The same statements on a connection of one's own, prepared, with the settings of the hub's: what grows is compared, not what was chosen. */
export async function timeStatements(
  { database, owner }: LibraryUnderTest,
  { name, queries }: Search,
): Promise<number> {
  await database.query(connectionSettings)
  const now = new Date()
  const statements = queries.map((tql) => searchStatement(owner.organizationId, tql, rowsAPage, now))
  return timed(statements, (statement) => database.query({ name, ...statement }))
}

async function timed<Asked>(all: readonly Asked[], ask: (one: Asked) => Promise<unknown>): Promise<number> {
  for (const one of all) await ask(one)
  const times: number[] = []
  for (const one of all) {
    const start = performance.now()
    await ask(one)
    times.push(performance.now() - start)
  }
  return median(times)
}
