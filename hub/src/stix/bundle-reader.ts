import { Worker } from 'node:worker_threads'
import type { LibraryPlace } from '@postern/intel'
import { NotJson } from '../lib/not-json.ts'
import { Problem } from '../lib/problem.ts'
import { putOff } from '../lib/put-off.ts'
import { bundleMemoryMegabytesMax, bundleReadSecondsMax, bundlesWaitingMax } from './stix-limits.ts'
import type { BundleAnswer, BundleRequest, KnownObject, MappedMessage } from './bundle-messages.ts'

/** A bundle is many small objects that live as long as it is read; with room they are moved less often. */
const youngGenerationMegabytes = 96

/** Looks up in the library what a bundle's objects and references are there. */
export type LookUp = (
  ids: readonly string[],
  outside: readonly string[],
) => Promise<{ known: KnownObject[]; places: Map<string, LibraryPlace> }>

type Waiting = { resolve(answer: BundleAnswer): void; reject(error: Error): void }

/** Reads bundles in a thread of their own (S14), one after the other, so that none stalls a request. */
export class BundleReader {
  #worker: Worker | undefined
  #waiting: Waiting | undefined
  #count = 0
  #last: Promise<unknown> = Promise.resolve()

  /** @throws Problem `invalid`, `too-large`; `unavailable` where too many wait */
  async read(json: Uint8Array, lookUp: LookUp): Promise<MappedMessage> {
    if (this.#count >= bundlesWaitingMax)
      throw putOff(`${bundlesWaitingMax} bundles wait to be read; send this one again in a moment.`)
    this.#count += 1
    const turn = this.#last.then(() => this.#readNow(json, lookUp))
    // Whoever comes next waits, and hears nothing of how this one ended.
    this.#last = turn.catch(() => {})
    try {
      return await turn
    } finally {
      this.#count -= 1
      if (this.#count === 0) this.#worker?.unref()
    }
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  async #readNow(json: Uint8Array, lookUp: LookUp): Promise<MappedMessage> {
    const read = await this.#ask({ kind: 'read', json })
    if (read.kind === 'unreadable' && read.fault !== undefined) throw new NotJson(read.message, read.fault)
    if (read.kind === 'unreadable') throw new Problem(read.isTooLarge ? 'too-large' : 'invalid', read.message)
    if (read.kind !== 'read') throw new Error(`a bundle was to be read and was ${read.kind}`)
    const mapped = await this.#ask({ kind: 'map', ...(await lookUp(read.ids, read.outside)) })
    if (mapped.kind !== 'mapped') throw new Error(`a bundle was to be mapped and was ${mapped.kind}`)
    return mapped
  }

  async #ask(request: BundleRequest): Promise<BundleAnswer> {
    this.#worker ??= this.#start()
    const worker = this.#worker
    worker.ref()
    const deadline = setTimeout(() => {
      this.#fail(
        worker,
        new Problem('too-large', `The bundle took longer than ${bundleReadSecondsMax} s to read; send it in parts.`),
      )
      void worker.terminate()
    }, bundleReadSecondsMax * 1000)
    try {
      return await new Promise<BundleAnswer>((resolve, reject) => {
        this.#waiting = { resolve, reject }
        worker.postMessage(request)
      })
    } finally {
      clearTimeout(deadline)
    }
  }

  #start(): Worker {
    const worker = new Worker(new URL('./bundle-worker.ts', import.meta.url), {
      resourceLimits: {
        maxOldGenerationSizeMb: bundleMemoryMegabytesMax,
        maxYoungGenerationSizeMb: youngGenerationMegabytes,
      },
    })
    worker.on('message', (answer: BundleAnswer) => this.#take()?.resolve(answer))
    worker.on('error', (error) => this.#fail(worker, explain(error)))
    worker.on('exit', () => this.#fail(worker, new Error('the thread that reads bundles ended')))
    return worker
  }

  #take(): Waiting | undefined {
    const waiting = this.#waiting
    this.#waiting = undefined
    return waiting
  }

  /** The next read starts a new worker. */
  #fail(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#take()?.reject(error)
  }
}

function explain(error: Error & { code?: string }): Error {
  if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') return error
  return new Problem(
    'too-large',
    `The bundle needs more than ${bundleMemoryMegabytesMax} MB to be read; send it in parts.`,
    {
      cause: error,
    },
  )
}
