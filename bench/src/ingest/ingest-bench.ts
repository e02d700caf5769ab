import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from '../bench.ts'
import { absolute, comparison, type Measurement } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import { type LibraryUnderTest, startLibraryUnderTest } from './library-under-test.ts'
import { measureLongRun } from './long-run.ts'
import { measureOwnersAtOnce } from './owners-at-once.ts'
import { Psql } from './psql.ts'
import { prepareScript, upsertScript, writeReadyRows } from './ready-rows.ts'
import { contentOf, inBatches, sampleIndicators, sampleSize } from './sample.ts'
import { sendBatches } from './send-batches.ts'
import { upsertTwoAtOnce } from './upsert-two-at-once.ts'
import { watchWrites, type Watched } from './watch-writes.ts'

const work = '100,000 new indicators with 2 tags each, batches of 10,000'

/** What both sides are given: our side contents to read, the other rows that need no reading. */
type Ingest = { library: LibraryUnderTest; contents: Buffer[]; files: string[]; say: (line: string) => void }

/** Batches through the hub's front door, against PostgreSQL alone. */
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
    const ingest = { library, contents, files: await writeReadyRows(library, batches, folder), say }
    return [
      ...(await measureOneInFlight(rounds, ingest)),
      ...(await measureTwoInFlight(rounds, ingest)),
      ...(await measureOwnersAtOnce(rounds, library, say)),
      ...(await measureLongRun(rounds, say)),
    ]
  },
}

async function measureOneInFlight(rounds: number, ingest: Ingest): Promise<Measurement[]> {
  const measured = await runAlternating(
    rounds,
    () => sendOneByOne(ingest),
    () => upsertOneByOne(ingest),
  )
  const first = measured.ours.map((round) => round.first)
  const again = measured.ours.map((round) => round.again)
  const unchanged = 'the same again, unchanged, 1 request in flight'
  return [
    comparison({
      work: `${work}, 1 request in flight`,
      unit: '/s',
      goal: '≥ 0.65',
      ours: first.map(({ seconds }) => rate(seconds)),
      peer: measured.peer.map(rate),
      peerIs: 'psql, 1 connection, COPY and upsert of the same rows, ready, into tables of the same definition',
    }),
    comparison({
      work: `${unchanged}: time`,
      unit: 's',
      goal: '≤ 0.6',
      ours: again.map(({ seconds }) => seconds),
      peer: first.map(({ seconds }) => seconds),
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
      goal: '≤ 0 rows',
      ours: again.map(({ rowsWritten }) => rowsWritten),
    }),
  ]
}

/**
 * A step is a batch, of the first pass and of the one after it. The tables are empty when it begins, the other side's too, which
 * begins after.
 */
async function* sendOneByOne({ library, contents, say }: Ingest) {
  await library.empty()
  const first = yield* sendAll(library, contents)
  await library.settle()
  const again = yield* sendAll(library, contents)
  say(`ours: ${rate(first.seconds)}/s, again ${rate(again.seconds)}/s`)
  return { first, again }
}

async function* sendAll(library: LibraryUnderTest, contents: readonly Buffer[]) {
  const all: Watched = { seconds: 0, walMegabytes: 0, rowsWritten: 0 }
  for (const content of contents) {
    const one = await watchWrites(library.database, () => sendBatches(library.hub, library.owner.name, [content], 1))
    all.seconds += one.seconds
    all.walMegabytes += one.walMegabytes
    all.rowsWritten += one.rowsWritten
    yield
  }
  return all
}

/** A second pass too, which nobody counts: so our second pass has the same beside it as our first. */
async function* upsertOneByOne({ library, files, say }: Ingest) {
  await using psql = await Psql.connect(library.databaseUrl)
  await psql.run(prepareScript)
  let seconds = 0
  for (const [number, file] of [...files, ...files].entries()) {
    const start = performance.now()
    await psql.run(upsertScript(library, file))
    if (number < files.length) seconds += (performance.now() - start) / 1000
    yield
  }
  say(`psql: ${rate(seconds)}/s`)
  return seconds
}

async function measureTwoInFlight(rounds: number, ingest: Ingest): Promise<Measurement[]> {
  const { library, contents, say } = ingest
  const measured = await runAlternating(
    rounds,
    async () => {
      await library.empty()
      const seconds = await sendBatches(library.hub, library.owner.name, contents, 2)
      say(`ours, 2 in flight: ${rate(seconds)}/s`)
      return seconds
    },
    async () => {
      const seconds = await upsertTwoAtOnce(library, ingest.files)
      say(`psql, 2 connections: ${rate(seconds)}/s`)
      return seconds
    },
  )
  return [
    comparison({
      work: `${work}, 2 requests in flight`,
      unit: '/s',
      goal: '≥ 0.5',
      ours: measured.ours.map(rate),
      peer: measured.peer.map(rate),
      peerIs: 'psql, 2 connections, COPY and upsert of the same rows, ready, into tables of the same definition',
    }),
  ]
}

function rate(seconds: number): number {
  return Math.round(sampleSize.indicators / seconds)
}
