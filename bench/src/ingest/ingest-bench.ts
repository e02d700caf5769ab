import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { absolute, comparison, type Measurement } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import { inFlight } from './in-flight.ts'
import { type LibraryUnderTest, startLibraryUnderTest } from './library-under-test.ts'
import { Psql } from './psql.ts'
import { prepareScript, upsertScript, writeReadyRows } from './ready-rows.ts'
import { contentOf, inBatches, sampleIndicators, sampleSize } from './sample.ts'
import { sendBatches } from './send-batches.ts'
import { watchWrites } from './watch-writes.ts'

const work = '100,000 new indicators with 2 tags each, batches of 10,000'

/** Batches through the hub's front door, against PostgreSQL alone with rows that need no reading. */
export const ingestBench: Bench = {
  name: 'ingest',
  async measure(rounds, say) {
    await using stack = new AsyncDisposableStack()
    const library = stack.use(await startLibraryUnderTest())
    const folder = mkdtempSync(join(tmpdir(), 'postern-ingest-'))
    stack.defer(() => rmSync(folder, { recursive: true }))
    const batches = inBatches(sampleIndicators(sampleSize.indicators))
    const contents = batches.map(contentOf)
    await sendBatches(library.hub, library.owner.name, contents, 1)
    const files = await writeReadyRows(library, batches, folder)
    say(`${files.length} batches are ready`)
    return [
      ...(await measureOneInFlight(rounds, say, library, contents, files)),
      ...(await measureTwoInFlight(rounds, say, library, contents, files)),
    ]
  },
}

async function measureOneInFlight(
  rounds: number,
  say: (line: string) => void,
  library: LibraryUnderTest,
  contents: Buffer[],
  files: string[],
): Promise<Measurement[]> {
  const measured = await runAlternating(
    rounds,
    async () => {
      await library.empty()
      const first = await watchWrites(library.database, () => sendBatches(library.hub, library.owner.name, contents, 1))
      const again = await watchWrites(library.database, () => sendBatches(library.hub, library.owner.name, contents, 1))
      say(`ours: ${rate(first.result)}/s, again ${rate(again.result)}/s`)
      return { first, again }
    },
    () => upsertFiles(library, files, 1, say),
  )
  const first = measured.ours.map((round) => round.first)
  const again = measured.ours.map((round) => round.again)
  const unchanged = 'the same again, unchanged, 1 request in flight'
  return [
    comparison({
      work: `${work}, 1 request in flight`,
      unit: '/s',
      goal: '≥ 0.65',
      ours: first.map(({ result }) => rate(result)),
      peer: measured.peer.map(rate),
      peerIs: 'psql, 1 connection, COPY and upsert of the same rows, ready, into the same tables',
    }),
    comparison({
      work: `${unchanged}: time`,
      unit: 's',
      goal: '≤ 0.6',
      ours: again.map(({ result }) => result),
      peer: first.map(({ result }) => result),
      peerIs: 'our own first pass',
    }),
    comparison({
      work: `${unchanged}: write-ahead log`,
      unit: 'MB',
      goal: '≤ 0.02',
      ours: again.map(({ walMegabytes }) => walMegabytes),
      peer: first.map(({ walMegabytes }) => walMegabytes),
      peerIs: 'our own first pass',
    }),
    absolute({
      work: `${unchanged}: rows of indicators, assertions and the view that were written`,
      unit: 'rows',
      goal: '≤ 0',
      ours: again.map(({ rowsWritten }) => rowsWritten),
    }),
  ]
}

async function measureTwoInFlight(
  rounds: number,
  say: (line: string) => void,
  library: LibraryUnderTest,
  contents: Buffer[],
  files: string[],
): Promise<Measurement[]> {
  const measured = await runAlternating(
    rounds,
    async () => {
      await library.empty()
      const seconds = await sendBatches(library.hub, library.owner.name, contents, 2)
      say(`ours, 2 in flight: ${rate(seconds)}/s`)
      return seconds
    },
    () => upsertFiles(library, files, 2, say),
  )
  return [
    comparison({
      work: `${work}, 2 requests in flight`,
      unit: '/s',
      goal: '≥ 0.5',
      ours: measured.ours.map(rate),
      peer: measured.peer.map(rate),
      peerIs: 'psql, 2 connections, COPY and upsert of the same rows, ready, into the same tables',
    }),
  ]
}

/** @returns seconds from the first batch to the last commit, connected already */
async function upsertFiles(
  library: LibraryUnderTest,
  files: readonly string[],
  connections: number,
  say: (line: string) => void,
): Promise<number> {
  await library.empty()
  await using stack = new AsyncDisposableStack()
  const lanes: Psql[] = []
  for (let lane = 0; lane < connections; lane++) {
    const psql = stack.use(await Psql.connect(library.databaseUrl))
    await psql.run(prepareScript)
    lanes.push(psql)
  }
  const start = performance.now()
  await inFlight(connections, files, async (file, lane) => lanes[lane]?.run(upsertScript(library, file)))
  const seconds = (performance.now() - start) / 1000
  say(`psql, ${connections}: ${rate(seconds)}/s`)
  return seconds
}

function rate(seconds: number): number {
  return Math.round(sampleSize.indicators / seconds)
}
