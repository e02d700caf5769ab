import { paths } from '@postern/protocol'
import type { Bench } from '../bench.ts'
import { comparison, type Measurement } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import { openClient, type PageSource } from '../taxii/taxii-client.ts'
import { indicatorCount } from './config.ts'
import { fillLibrary } from './fill-library.ts'
import { startBareServer, startSearchUnderTest } from './search-under-test.ts'
import { rowsAPage, type Search, searches } from './searches.ts'

/** How often the variants of one search are asked in a round, in steps between which the sides take turns. */
const passes = 3

type Times = { p50: number; p99: number }

/** Searches through the hub's door, against the same statements behind a bare one. */
export const searchBench: Bench = {
  name: 'search',
  async measure(rounds, say) {
    await using system = await startSearchUnderTest()
    await fillLibrary(system.database, system.organizationId, indicatorCount)
    say(`${indicatorCount} indicators are there`)
    await using bare = await startBareServer(system)
    const rows: Measurement[] = []
    for (const search of searches(indicatorCount)) {
      const measured = await runAlternating(
        rounds,
        () => askAll(system.hub, search),
        () => askAll(bare, search),
      )
      rows.push(...rowsOf(search.name, measured))
      say(
        `${search.name}: ${rows
          .slice(-2)
          .map(({ ours, peer }) => `${ours.toFixed(2)} ms, bare ${peer?.toFixed(2)} ms`)
          .join('; p99 ')}`,
      )
    }
    return rows
  },
}

function rowsOf(name: string, { ours, peer }: { ours: Times[]; peer: Times[] }): Measurement[] {
  const work = `${name}, pages of ${rowsAPage}, ${indicatorCount.toLocaleString('en')} indicators`
  const peerIs = 'a bare Fastify route over HTTPS with the same SQL, prepared, without asking who it is'
  return [
    comparison({
      work: `${work}: p50`,
      unit: 'ms',
      goal: '≤ 1.5',
      ours: ours.map(({ p50 }) => p50),
      peer: peer.map(({ p50 }) => p50),
      peerIs,
      ...(name === 'by value' ? { bound: '≤ 2 ms' as const } : {}),
    }),
    comparison({
      work: `${work}: p99`,
      unit: 'ms',
      goal: '≤ 2',
      ours: ours.map(({ p99 }) => p99),
      peer: peer.map(({ p99 }) => p99),
      peerIs,
    }),
  ]
}

/** Milliseconds of every asking, over one connection that stays open. The round that does not count has filled the caches. */
async function* askAll(source: PageSource, { queries }: Search): AsyncGenerator<void, Times, void> {
  using client = openClient(source)
  const times: number[] = []
  for (let pass = 0; pass < passes; pass++) {
    for (const tql of queries) {
      const path = `${paths.indicators}?${new URLSearchParams({ tql, limit: String(rowsAPage) })}`
      const start = performance.now()
      await client.ask(path)
      times.push(performance.now() - start)
    }
    yield
  }
  times.sort((a, b) => a - b)
  return { p50: at(times, 0.5), p99: at(times, 0.99) }
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
