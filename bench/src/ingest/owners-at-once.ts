import { ensureOwner } from '@postern/cli'
import { comparison, type Measurement } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import type { LibraryUnderTest } from './library-under-test.ts'
import { contentOf, inBatches, sampleIndicators } from './sample.ts'
import { sendBatches } from './send-batches.ts'

/** Each value is sent by two owners, half of them by the owner before and half by the one after. */
const ownersSize = { owners: 4, indicators: 50_000, shift: 25_000 } as const

type Feed = { owner: string; contents: Buffer[] }

/** What several feeds at once gain over the same feeds one after the other, though they lock the same values. */
export async function measureOwnersAtOnce(
  rounds: number,
  library: LibraryUnderTest,
  say: (line: string) => void,
): Promise<Measurement[]> {
  const feeds: Feed[] = []
  for (let number = 0; number < ownersSize.owners; number++) {
    const owner = `Bench ${number}`
    await ensureOwner(library.hub, owner)
    feeds.push({ owner, contents: contentsOf(number) })
  }
  const measured = await runAlternating(
    rounds,
    async () => {
      await library.empty()
      const seconds = await timed(async () => await Promise.all(feeds.map((feed) => send(library, feed))))
      say(`${ownersSize.owners} owners at once: ${seconds.toFixed(1)} s`)
      return seconds
    },
    async () => {
      await library.empty()
      const seconds = await timed(async () => {
        for (const feed of feeds) await send(library, feed)
      })
      say(`one owner after the other: ${seconds.toFixed(1)} s`)
      return seconds
    },
  )
  return [
    comparison({
      work: '4 owners at once, 50,000 indicators each with 2 tags, each value from two of them, batches of 10,000, 1 request in flight an owner: time',
      unit: 's',
      goal: '≤ 0.8',
      ours: measured.ours,
      peer: measured.peer,
      peerIs: 'the same batches of one owner after the other',
    }),
  ]
}

/** The last owner shares values with the first. */
function contentsOf(number: number): Buffer[] {
  const { owners, indicators, shift } = ownersSize
  const first = sampleIndicators(shift, number * shift)
  const second = sampleIndicators(indicators - shift, ((number + 1) % owners) * shift)
  return inBatches([...first, ...second]).map(contentOf)
}

/** A batch that met another one to the end of its patience, or in a ring, would be refused, and end the run. */
async function send({ hub }: LibraryUnderTest, { owner, contents }: Feed): Promise<void> {
  await sendBatches(hub, owner, contents, 1)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
