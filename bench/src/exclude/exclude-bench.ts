import { readdirSync, readFileSync } from 'node:fs'
import { callHub } from '@postern/cli'
import { ImportedWarningList, paths } from '@postern/protocol'
import type { Bench } from '../bench.ts'
import { type LibraryUnderTest, startLibraryUnderTest } from '../ingest/library-under-test.ts'
import { contentOf, sampleSize } from '../ingest/sample.ts'
import { sendBatches } from '../ingest/send-batches.ts'
import { comparison } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import { valueCount } from './config.ts'
import { mixedIndicators } from './mixed-indicators.ts'

/** MISP's lists as they are published lie beside the checkout, never in it. */
const published = new URL('../../../../shared/data/warninglists/', import.meta.url)

const emptyVerdicts = 'truncate excluded_indicator, exclusion_pending'

/** What all warning lists cost a batch on its way in. The other side is a hub of its own that has none. */
export const excludeBench: Bench = {
  name: 'exclude',
  async measure(rounds, say) {
    await using stack = new AsyncDisposableStack()
    const withLists = stack.use(await startLibraryUnderTest())
    const withoutLists = stack.use(await startLibraryUnderTest())
    say(`${await importLists(withLists)} entries of warning lists`)
    const measured = await runAlternating(
      rounds,
      () => sendAll(withLists, (seconds, hits) => say(`with lists: ${rate(seconds)}/s, ${hits} hits`)),
      () => sendAll(withoutLists, (seconds) => say(`without: ${rate(seconds)}/s`)),
    )
    return [
      comparison({
        work: `${valueCount.toLocaleString('en-GB')} new indicators with 2 tags each, batches of 10,000, all warning lists loaded: time`,
        unit: 's',
        goal: '≤ 1.15',
        ours: measured.ours,
        peer: measured.peer,
        peerIs: 'the same batches into a hub without lists',
      }),
    ]
  },
}

/** @returns how many entries they have */
async function importLists({ hub }: LibraryUnderTest): Promise<number> {
  let entries = 0
  for (const file of readdirSync(published)) {
    const sent = { headers: { 'content-type': 'application/json' }, body: readFileSync(new URL(file, published)) }
    const { list } = await callHub(hub, paths.warningLists, ImportedWarningList, sent)
    entries += list.entryCount
  }
  return entries
}

/** A step is a batch; the sides take turns after each. */
async function* sendAll(
  { hub, owner, database, empty }: LibraryUnderTest,
  done: (seconds: number, hits: number) => void,
) {
  await empty()
  await database.query(emptyVerdicts)
  let seconds = 0
  for (let from = 0; from < valueCount; from += sampleSize.batchItems) {
    const content = contentOf(mixedIndicators(from, Math.min(sampleSize.batchItems, valueCount - from)))
    seconds += await sendBatches(hub, owner.name, [content], 1)
    yield
  }
  const { rows } = await database.query<{ hits: number }>('select count(*)::int as hits from excluded_indicator')
  done(seconds, rows[0]?.hits ?? 0)
  return seconds
}

function rate(seconds: number): number {
  return Math.round(valueCount / seconds)
}
