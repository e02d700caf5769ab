import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Bench } from '../bench.ts'
import { comparison } from '../row.ts'
import { runAlternating } from '../run-alternating.ts'
import type { ReadRequest } from './read-bundles.ts'
import { sampleBundle } from './sample-bundle.ts'

const objectCount = 10_000
/** What one measured time is the sum of: one bundle takes too short to be timed well. */
const bundlesARound = 10
/** As the hub's own thread has it (hub/src/stix/bundle-reader.ts). */
const youngGenerationMegabytes = 96

/** LIB-6: what it costs to take a bundle apart, beside JSON.parse of the same text, which every reader pays. */
export const stixBench: Bench = {
  name: 'stix',
  async measure(rounds, say) {
    const bytes = sampleBundle(objectCount)
    say(`a bundle of ${objectCount} objects, ${(bytes.length / 1_000_000).toFixed(1)} MB`)
    const { ours, peer } = await runAlternating(
      rounds,
      async () => objectsASecond('ours', bytes),
      async () => objectsASecond('peer', bytes),
    )
    return [
      comparison({
        work: `parse, validate and map a bundle of ${objectCount.toLocaleString('en')} objects`,
        unit: 'objects/s',
        goal: '≥ 0.2',
        ours,
        peer,
        peerIs: 'JSON.parse of the same text',
      }),
    ]
  },
}

/** Each time in a new thread, so that neither side finds the other's garbage. */
async function objectsASecond(side: ReadRequest['side'], bytes: Uint8Array): Promise<number> {
  const worker = new Worker(new URL('./read-bundles.ts', import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMegabytes },
  })
  try {
    // The first time warms the thread.
    await read(worker, { side, bytes, bundles: 2 })
    return await read(worker, { side, bytes, bundles: bundlesARound })
  } finally {
    await worker.terminate()
  }
}

async function read(worker: Worker, request: ReadRequest): Promise<number> {
  worker.postMessage(request)
  const [figure] = (await once(worker, 'message')) as [number]
  return figure
}
