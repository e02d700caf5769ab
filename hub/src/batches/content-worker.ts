/** The worker thread of content-reader.ts: reads one content after the other. */
import { parentPort } from 'node:worker_threads'
import type { BatchModes } from './batch-modes.ts'
import { transferable } from './prepared-batch.ts'
import { readContent } from './read-content.ts'

parentPort?.on('message', ({ json, modes }: { json: Uint8Array; modes: BatchModes }) => {
  const read = readContent(json, modes)
  parentPort?.postMessage(read, read.ok ? transferable(read.batch) : [])
})
