import { median } from '../median.ts'
import { comparison, type Measurement } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import { objectCount as objects } from './config.ts'
import { nextOf, openClient, type PageSource } from './taxii-client.ts'
import { fillCollection, type TaxiiUnderTest } from './taxii-under-test.ts'

/** Pages of one step, and steps of one round. */
const pagesAStep = 20
const steps = 5
const asksOfOnePage = 40

export async function measureReading(
  rounds: number,
  say: (line: string) => void,
  taxii: TaxiiUnderTest,
): Promise<Measurement[]> {
  await fillCollection(taxii.database, taxii.read.id, objects)
  say(`${objects} objects are there`)
  await using bare = await taxii.startBareServer()
  const rows: Measurement[] = []
  for (const limit of [100, 1000]) {
    const path = `${taxii.read.path}objects/`
    const measured = await runAlternating(
      rounds,
      () => walk(taxii.hub, path, limit, (rate) => say(`ours, pages of ${limit}: ${rate}/s`)),
      () => walk(bare, '/', limit, (rate) => say(`bare, pages of ${limit}: ${rate}/s`)),
    )
    rows.push(
      comparison({
        work: `objects read in pages of ${limit}, with name and password, ${objects.toLocaleString('en')} objects`,
        unit: '/s',
        goal: '≥ 0.6',
        ...measured,
        peerIs: 'a bare Node server that reads the same stored text by its number, over HTTP, without asking who it is',
      }),
    )
  }
  return [...rows, await measureLastPage(rounds, say, taxii)]
}

/** Follows `next` from the first page on. */
async function* walk(source: PageSource, path: string, limit: number, say: (rate: number) => void) {
  using client = openClient(source)
  // Signed in and connected.
  let next = nextOf(await client.ask(`${path}?limit=${limit}`))
  let seconds = 0
  let pages = 0
  for (let step = 0; step < steps; step++) {
    const start = performance.now()
    for (let page = 0; page < pagesAStep && Number(next) + limit < objects; page++) {
      next = nextOf(await client.ask(`${path}?limit=${limit}&next=${next}`))
      pages += 1
    }
    seconds += (performance.now() - start) / 1000
    yield
  }
  const rate = Math.round((pages * limit) / seconds)
  say(rate)
  return rate
}

async function measureLastPage(
  rounds: number,
  say: (line: string) => void,
  { hub, read }: TaxiiUnderTest,
): Promise<Measurement> {
  const limit = 100
  // The time of an object is its number of microseconds after the first moment of the year (taxii-under-test.ts).
  const addedAfter = new Date(Date.UTC(2026, 0, 1) + Math.floor((objects - limit) / 1000)).toISOString()
  const micros = String((objects - limit) % 1000).padStart(3, '0')
  const last = `${read.path}objects/?limit=${limit}&added_after=${addedAfter.slice(0, -1)}${micros}Z`
  const { ours, peer } = await runAlternating(
    rounds,
    () => askAgain(hub, last),
    () => askAgain(hub, `${read.path}objects/?limit=${limit}`),
  )
  say(`last page ${median(ours).toFixed(2)} ms, first ${median(peer).toFixed(2)} ms`)
  return comparison({
    work: `the last page of ${limit} by added_after: p50`,
    unit: 'ms',
    goal: '≤ 1.2',
    ours,
    peer,
    peerIs: 'our own first page',
  })
}

/** @returns the median of milliseconds */
async function* askAgain(source: PageSource, path: string) {
  using client = openClient(source)
  await client.ask(path)
  const times: number[] = []
  for (let ask = 0; ask < asksOfOnePage; ask++) {
    const start = performance.now()
    await client.ask(path)
    times.push(performance.now() - start)
    if (ask % 10 === 9) yield
  }
  return median(times)
}
