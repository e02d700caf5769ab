/** The worker thread of bundle-reader.ts: reads and maps one bundle after the other. */
import { parentPort } from 'node:worker_threads'
import type { ReadStixBundle } from '@postern/intel'
import type { BundleAnswer, BundleRequest } from './bundle-messages.ts'
import { mapBundle, readBundle } from './map-bundle.ts'

let bundle: Extract<ReadStixBundle, { ok: true }> | undefined

parentPort?.on('message', (request: BundleRequest) => {
  if (request.kind === 'read') {
    const read = readBundle(request.json)
    bundle = read.bundle
    answer(read.answer)
    return
  }
  if (bundle === undefined) throw new Error('a bundle is to be mapped before one was read')
  const mapped = mapBundle(bundle, request)
  bundle = undefined
  const { objects, itemsOf, content } = mapped
  answer(mapped, [
    objects.bytes.buffer,
    objects.ends.buffer,
    itemsOf.buffer,
    ...(content === null ? [] : [content.buffer]),
  ])
})

function answer(message: BundleAnswer, transferred: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transferred)
}
