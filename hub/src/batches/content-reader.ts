import { Worker } from 'node:worker_threads'
import { Problem } from '../lib/problem.ts'
import type { BatchModes } from './batch-modes.ts'
import type { ReadContent } from './prepared-batch.ts'
import { readContent } from './read-content.ts'

/** JSON above this is read in the worker thread, so that a large batch stalls no other request (S14). */
const readHereBytesMax = 1_000_000
/** Contents that may wait for the worker; one more is told to come again. */
const waitingMax = 32

const youngGenerationMegabytes = 96

type Waiting = { resolve(read: ReadContent): void; reject(error: Error): void }

/** Reads batch contents: small ones at once, large ones in a worker thread, one after the other. */
export class ContentReader {
  #worker: Worker | undefined
  #waiting: Waiting[] = []

  async read(json: Uint8Array, modes: BatchModes): Promise<ReadContent> {
    if (json.length <= readHereBytesMax) return readContent(json, modes)
    if (this.#waiting.length >= waitingMax) {
      throw new Problem('unavailable', `${waitingMax} batches wait to be read; send this one again in a moment.`)
    }
    this.#worker ??= this.#start()
    const worker = this.#worker
    worker.ref()
    return new Promise<ReadContent>((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      worker.postMessage({ json, modes })
    })
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const worker = new Worker(new URL('./content-worker.ts', import.meta.url), {
      // A batch is many small objects that die together; room for them spares copying those that live.
      resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMegabytes },
    })
    worker.on('message', (read: ReadContent) => {
      this.#waiting.shift()?.resolve(read)
      // An idle worker keeps no process alive.
      if (this.#waiting.length === 0) worker.unref()
    })
    worker.on('error', (error) => this.#fail(error))
    worker.on('exit', () => this.#fail(new Error('the thread that reads batches ended')))
    return worker
  }

  /** The next read starts a new worker. */
  #fail(error: Error): void {
    this.#worker = undefined
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error)
  }
}
