import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { absolute, comparison, type Measurement } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import { longRunIndicators } from './config.ts'
import { type LibraryUnderTest, startLibraryUnderTest } from './library-under-test.ts'
import { writeReadyRows } from './ready-rows.ts'
import { peakMegabytes, residentMegabytes } from './resident-memory.ts'
import { contentOf, sampleIndicators, sampleSize } from './sample.ts'
import { sendBatches } from './send-batches.ts'
import { upsertTwoAtOnce } from './upsert-two-at-once.ts'

/** A feed's whole backlog: long enough for indexes to outgrow caches, and for memory that is not given back to show. */
export async function measureLongRun(rounds: number, say: (line: string) => void): Promise<Measurement[]> {
  await using stack = new AsyncDisposableStack()
  const library = stack.use(await startLibraryUnderTest())
  const folder = mkdtempSync(join(tmpdir(), 'postern-long-run-'))
  stack.defer(() => rmSync(folder, { recursive: true }))
  const idle = residentMegabytes(library.hubPid)
  const batchCount = longRunIndicators / sampleSize.batchItems
  const contents = Array.from({ length: batchCount }, (_, number) => contentOf(batch(number)))
  const first = await send(library, contents)
  say(`idle ${idle.toFixed(0)} MB, at most ${first.peak.toFixed(0)} MB in the round that does not count`)
  const files = await writeReadyRows(library, batches(batchCount), folder)
  const measured = await runAlternating(
    rounds,
    async () => {
      await library.empty()
      const sent = await send(library, contents)
      say(`ours: ${rate(sent.result)}/s, ${(sent.peak - idle).toFixed(0)} MB above idle`)
      return sent
    },
    async () => {
      const seconds = await upsertTwoAtOnce(library, files)
      say(`psql, 2 connections: ${rate(seconds)}/s`)
      return seconds
    },
  )
  const size = longRunIndicators.toLocaleString('en-GB')
  const work = `${size} new indicators with 2 tags each, batches of 10,000, 2 requests in flight`
  return [
    comparison({
      work,
      unit: '/s',
      goal: '≥ 0.5',
      ours: measured.ours.map(({ result }) => rate(result)),
      peer: measured.peer.map(rate),
      peerIs: 'psql, 2 connections, COPY and upsert of the same rows, ready, into tables of the same definition',
    }),
    absolute({
      work: `${work}: most memory that the hub holds, above what it held idle`,
      unit: 'MB',
      goal: '≤ 200 MB',
      ours: measured.ours.map(({ peak }) => peak - idle),
    }),
  ]
}

async function send(
  { hubPid, hub, owner }: LibraryUnderTest,
  contents: readonly Buffer[],
): Promise<{ result: number; peak: number }> {
  return peakMegabytes(hubPid, () => sendBatches(hub, owner.name, contents, 2))
}

function batch(number: number) {
  return sampleIndicators(sampleSize.batchItems, number * sampleSize.batchItems)
}

/** One at a time: all of them as objects would be more than the rest of this process. */
function* batches(count: number) {
  for (let number = 0; number < count; number++) yield batch(number)
}

function rate(seconds: number): number {
  return Math.round(longRunIndicators / seconds)
}
