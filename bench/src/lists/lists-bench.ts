import { Agent } from 'node:https'
import type { Bench } from '../bench.ts'
import { Psql } from '../ingest/psql.ts'
import { absolute, comparison } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import { fetchList } from './fetch-list.ts'
import { startListUnderTest } from './list-under-test.ts'
import { residentMegabytes, watchMemory } from './watch-memory.ts'

const values = 1_000_000
const work = '1,000,000 values as a list of domains'
/** Fetches of a round: one is over too soon to be told from a disturbance. */
const fetchesARound = 5
/** Firewalls that fetch at once while memory is watched. */
const firewalls = 4

/**
 * A list over HTTPS with Basic, against PostgreSQL's own way out for the same stored text. After the round that is not counted both have it
 * in memory: the hub up to its bound, PostgreSQL in its buffers. Then the same with texts that the hub has not sent before.
 */
export const listsBench: Bench = {
  name: 'lists',
  async measure(rounds, say) {
    await using list = await startListUnderTest(values)
    await using psql = await Psql.connect(list.databaseUrl)
    const agents = Array.from({ length: firewalls }, () => new Agent({ keepAlive: true, maxSockets: 1 }))
    using _closing = { [Symbol.dispose]: () => agents.forEach((agent) => agent.destroy()) }
    const [agent = new Agent()] = agents
    say(`written: ${(residentMegabytes(list.hubPid) - list.idleMegabytes).toFixed(1)} MB above idle`)
    const idle = residentMegabytes(list.hubPid)
    const risen: number[] = []
    const copy = `copy (select body from list_text_part where text_id = ${Number(list.textId)} order by number) to stdout;`
    const fetches = (what: string, prepare: () => Promise<void>) => async () => {
      let seconds = 0
      for (let n = 0; n < fetchesARound; n++) {
        await prepare()
        seconds += await fetchList(list, agent)
      }
      say(`ours, ${what}: ${rate(seconds)}/s`)
      return rate(seconds)
    }
    const copies = async () => {
      const start = performance.now()
      for (let n = 0; n < fetchesARound; n++) await psql.run(`\\o /dev/null\n${copy}\n\\o`)
      const seconds = (performance.now() - start) / 1000
      say(`psql: ${rate(seconds)}/s`)
      return rate(seconds)
    }
    const kept = await runAlternating(
      rounds,
      fetches('fetched before', async () => {}),
      copies,
    )
    for (let round = 0; round < rounds; round++) {
      const { risen: here } = await watchMemory(list.hubPid, () =>
        Promise.all(agents.map((each) => fetchList(list, each))),
      )
      const aboveIdle = residentMegabytes(list.hubPid) - idle
      risen.push(Math.max(here, aboveIdle))
      say(`${firewalls} at once: ${here.toFixed(1)} MB more at most; ${aboveIdle.toFixed(1)} MB above idle after`)
    }
    const first = await runAlternating(rounds, fetches('never fetched before', list.renew), copies)
    return [
      ...Object.entries({ 'fetched before': kept, 'never fetched before': first }).map(([when, { ours, peer }]) =>
        comparison({
          work: `${work}, over HTTPS with Basic, ${when}`,
          unit: '/s',
          goal: '≥ 0.5',
          ours,
          peer,
          peerIs: 'psql, COPY of the stored text TO STDOUT, into /dev/null',
        }),
      ),
      absolute({
        work: `${work}, fetched by ${firewalls} firewalls at once: the hub’s resident memory above what it was before the first fetch`,
        unit: 'MB',
        goal: '≤ 64 MB',
        ours: risen,
      }),
    ]
  },
}

/** Values in a second. */
function rate(seconds: number): number {
  return Math.round((values * fetchesARound) / seconds)
}
