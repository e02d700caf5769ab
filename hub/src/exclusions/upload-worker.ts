/** The worker thread of upload-reader.ts: reads one list and ends. */
import { parentPort, workerData } from 'node:worker_threads'
import { readUpload, type Upload } from './read-upload.ts'

const { json, upload } = workerData as { json: Uint8Array; upload: Upload }
parentPort?.postMessage(readUpload(json, upload))
