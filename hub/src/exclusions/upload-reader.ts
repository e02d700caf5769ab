import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Problem } from '../lib/problem.ts'
import { readUpload, type ReadUpload, type Upload, type UploadProblem } from './read-upload.ts'
import { uploadLimits } from './upload-limits.ts'

/** Reads lists that were sent: small ones at once, large ones in a thread that ends with them. */
export class UploadReader {
  #reads = 0
  /** Those whose turn comes when another ends; as many as there are places for uploads (routes.ts). */
  readonly #waiting: (() => void)[] = []

  /** @throws Problem `invalid`, `too-large` */
  async read(json: Buffer, upload: Upload): Promise<ReadUpload> {
    const read =
      json.length <= uploadLimits.readHereBytesMax ? readUpload(json, upload) : await this.#readApart(json, upload)
    if ('message' in read) throw new Problem(read.tooLarge ? 'too-large' : 'invalid', read.message)
    return read
  }

  async #readApart(json: Buffer, upload: Upload): Promise<ReadUpload | UploadProblem> {
    await this.#turn()
    const worker = new Worker(new URL('./upload-worker.ts', import.meta.url), {
      workerData: { json: new Uint8Array(json), upload },
      resourceLimits: { maxOldGenerationSizeMb: uploadLimits.heapMegabytesMax },
    })
    try {
      const [read] = (await once(worker, 'message')) as [ReadUpload | UploadProblem]
      return read
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error
      throw new Problem('too-large', 'The list needs more memory than a list may; send it in parts.', { cause: error })
    } finally {
      await worker.terminate()
      this.#reads -= 1
      this.#waiting.shift()?.()
    }
  }

  async #turn(): Promise<void> {
    while (this.#reads >= uploadLimits.readsMax) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#reads += 1
  }
}
