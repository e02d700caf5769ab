import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { type LibraryUnderTest, startLibraryUnderTest } from '../ingest/library-under-test.ts'
import { Psql } from '../ingest/psql.ts'
import { prepareScript, upsertScript, writeReadyRows } from '../ingest/ready-rows.ts'
import { contentOf, type SampleIndicator, sampleIndicators, sampleSize } from '../ingest/sample.ts'
import { sendBatches } from '../ingest/send-batches.ts'
import { comparison, type Measurement } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import { fillLibrary } from '../search/fill-library.ts'
import { type Search, searches } from '../search/searches.ts'
import { sizes } from './config.ts'
import { timeSearch, timeStatements } from './time-search.ts'

/** Every fourth variant of a search: of five million indicators all of them would take hours. */
const someVariants = ({ name, queries }: Search): Search => ({
  name,
  queries: queries.filter((_, number) => number % 4 === 0),
})

/** What was measured at one size, once a round. */
type Sides = { ours: number[]; peer: number[] }
type AtSize = Map<string, Sides>

/** How much longer the same work takes in a larger library, against how much longer PostgreSQL alone takes for it. */
export const growthBench: Bench = {
  name: 'growth',
  async measure(rounds, say) {
    await using stack = new AsyncDisposableStack()
    const library = stack.use(await startLibraryUnderTest())
    const folder = mkdtempSync(join(tmpdir(), 'postern-growth-'))
    stack.defer(() => rmSync(folder, { recursive: true }))
    const batches = newBatches(sizes.length * (rounds + 1))
    const measured: AtSize[] = []
    for (const [index, size] of sizes.entries()) {
      await fillBoth(library, size, index === 0 ? 0 : (sizes[index - 1] ?? 0))
      const at: AtSize = new Map([['a batch of 10,000', await ingestAt(rounds, library, batches, folder)]])
      // What new rows leave to be put in order is read by every search for a part of a value, until PostgreSQL gets round to it.
      await library.database.query('vacuum (analyze) indicator, assertion, indicator_view')
      for (const search of searches(size).map(someVariants)) {
        at.set(
          `a search ${search.name}`,
          await runAlternating(
            rounds,
            () => timeSearch(library, search),
            () => timeStatements(library, search),
          ),
        )
      }
      measured.push(at)
      say(`${size}: ${[...at].map(([work, { ours, peer }]) => `${work} ${shown(ours)}, ${shown(peer)} ms`).join('; ')}`)
    }
    return sizes
      .slice(1)
      .flatMap((size, index) => stepRows(measured, index, `${said(sizes[index] ?? 0)} to ${said(size)}`))
  },
}

function stepRows(measured: readonly AtSize[], index: number, step: string): Measurement[] {
  const [smaller, larger] = [measured[index], measured[index + 1]]
  if (smaller === undefined || larger === undefined) throw new Error(`nothing was measured for ${step}`)
  return [...larger].map(([work, { ours, peer }]) => {
    const before = smaller.get(work)
    const times = (later: readonly number[], earlier: readonly number[] | undefined) =>
      later.map((each, round) => each / (earlier?.[round] ?? Number.NaN))
    return comparison({
      work: `${work}, from ${step} indicators: how many times as long`,
      unit: 'times',
      goal: '≤ 1.2',
      ours: times(ours, before?.ours),
      peer: times(peer, before?.peer),
      peerIs: 'PostgreSQL alone with the same statements, over the same step',
    })
  })
}

/** Ours by SQL, and the other side's tables from ours. */
async function fillBoth(library: LibraryUnderTest, size: number, from: number): Promise<void> {
  const { database } = library
  await fillLibrary(database, library.owner.organizationId, size, from)
  for (const table of ['indicator', 'assertion', 'indicator_view']) {
    await database.query(`truncate peer.${table}`)
    const { rows } = await database.query<{ columns: string }>(
      `select string_agg(quote_ident(column_name), ', ' order by ordinal_position) as columns from information_schema.columns
       where table_schema = 'peer' and table_name = $1 and is_identity = 'NO'`,
      [table],
    )
    const columns = rows[0]?.columns
    await database.query(`insert into peer.${table} (${columns}) select ${columns} from public.${table}`)
  }
  await database.query('vacuum (analyze) peer.indicator, peer.assertion, peer.indicator_view')
  await database.query('checkpoint')
}

/** Batches that nobody has sent yet. */
function* newBatches(count: number): Generator<SampleIndicator[]> {
  const all = sampleIndicators(count * sampleSize.batchItems)
  for (let start = 0; start < all.length; start += sampleSize.batchItems)
    yield all.slice(start, start + sampleSize.batchItems)
}

/** @returns milliseconds of one batch of new indicators, ours through the hub, the other side's by COPY and upsert */
async function ingestAt(
  rounds: number,
  library: LibraryUnderTest,
  batches: Generator<SampleIndicator[]>,
  folder: string,
): Promise<Sides> {
  await using psql = await Psql.connect(library.databaseUrl)
  await psql.run(prepareScript)
  let file: string | undefined
  return await runAlternating(
    rounds,
    async () => {
      const batch = batches.next().value
      if (!Array.isArray(batch)) throw new Error('the batches ran out')
      const seconds = await sendBatches(library.hub, library.owner.name, [contentOf(batch)], 1)
      file = (await writeReadyRows(library, [batch], folder))[0]
      return seconds * 1000
    },
    async () => {
      const start = performance.now()
      await psql.run(upsertScript(library, file ?? ''))
      return performance.now() - start
    },
  )
}

const said = (size: number) => size.toLocaleString('en')
const shown = (times: readonly number[]) => times.map((each) => each.toFixed(1)).join('/')
