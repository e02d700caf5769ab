/** The worker thread of content-reader.ts: reads one content after the other. */
import { parentPort } from 'node:worker_threads'
import type { BatchModes } from './batch-modes.ts'
import { transferable } from './prepared-batch.ts'
import { partRowsMax } from './part-size.ts'
import { readContent } from './read-content.ts'

parentPort?.on('message', ({ json, modes }: { json: Uint8Array; modes: BatchModes }) => {
  for (const message of readContent(json, modes, partRowsMax)) parentPort?.postMessage(message, transferable(message))
})
