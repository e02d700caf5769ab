/** The worker thread of content-reader.ts: reads one content after the other. */
import { parentPort } from 'node:worker_threads'
import type { BatchModes } from './batch-modes.ts'
import { readContent } from './read-content.ts'

parentPort?.on('message', ({ json, modes }: { json: Uint8Array; modes: BatchModes }) => {
  parentPort?.postMessage(readContent(json, modes))
})
