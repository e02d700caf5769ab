/** The thread in which both sides of the bench read, as the hub reads bundles in one of its own. */
import { parentPort } from 'node:worker_threads'
import { mapStixObjects, readStixBundle } from '@postern/intel'

export type ReadRequest = { side: 'ours' | 'peer'; bytes: Uint8Array; bundles: number }

parentPort?.on('message', ({ side, bytes, bundles }: ReadRequest) => {
  const text = new TextDecoder().decode(bytes)
  const before = performance.now()
  let count = 0
  for (let bundle = 0; bundle < bundles; bundle++) count += side === 'ours' ? readAndMap(bytes) : parse(text)
  parentPort?.postMessage((count / (performance.now() - before)) * 1000)
})

/** @returns objects that were read; all of them are good, or this measures something else */
function readAndMap(bytes: Uint8Array): number {
  const bundle = readStixBundle(bytes)
  if (!bundle.ok) throw new Error(bundle.message)
  const { objects, items } = mapStixObjects(bundle.objects)
  const refused = objects.filter(({ outcome }) => outcome !== 'mapped').length
  if (refused > 0 || items.indicator.length < objects.length / 2) throw new Error(`${refused} objects were not mapped`)
  return objects.length
}

function parse(text: string): number {
  return (JSON.parse(text) as { objects: unknown[] }).objects.length
}
