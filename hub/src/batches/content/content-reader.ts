import { Worker } from 'node:worker_threads'
import type { AttributeRule, CompiledExclusions } from '@postern/intel'
import type { OrganizationRules } from '../../attributes/attributes.ts'
import { organizationsMax, type ReadyExclusions } from '../../exclusions/matchers.ts'
import { Problem } from '../../lib/problem.ts'
import { putOff } from '../../lib/put-off.ts'
import { readingMegabytesMax } from '../batch-limits.ts'
import type { BatchModes } from '../batch-modes.ts'
import { KnownByThread, type ToldThread } from './known-by-thread.ts'
import { ownMemory } from './own-memory.ts'
import type { ReadMessage } from './prepared-batch.ts'
import { readContent } from './read-content.ts'

/** JSON above this is read in the worker thread, so that a large batch stalls no other request (S14). */
const readHereBytesMax = 1_000_000
/** Contents that may wait for the worker; one more is told to come again. */
const waitingMax = 32

/** Organizations whose rules of attributes the worker keeps: small, other than their exclusion lists. */
const attributeOrganizationsMax = 100

/** Items die as soon as they are read, so that more room than this is only held, and saves no time. */
const youngGenerationMegabytes = 24

/** A content that the worker reads: what it said so far, and who waits for more. */
type Reading = { messages: ReadMessage[]; error: Error | undefined; wake: () => void }

/** What the thread is sent. */
export type ReadingWork = {
  json: Uint8Array<ArrayBuffer>
  modes: BatchModes
  /** Undefined where no list is enabled. */
  exclusions: ToldThread<CompiledExclusions> | undefined
  attributes: ToldThread<readonly AttributeRule[]>
}

/** Reads batch contents: small ones at once, large ones in a worker thread, one after the other. */
export class ContentReader {
  #worker: Worker | undefined
  #readings: Reading[] = []
  #exclusions = new KnownByThread<CompiledExclusions>(organizationsMax)
  #attributes = new KnownByThread<readonly AttributeRule[]>(attributeOrganizationsMax)
  readonly #megabytesMax: number

  /** @param megabytesMax of the thread's memory, what the objects of one content may take */
  constructor(megabytesMax = readingMegabytesMax) {
    this.#megabytesMax = megabytesMax
  }

  /**
   * Whoever stops listening early keeps nobody waiting.
   * @param json handed over: its memory may be another thread's from now on, and is gone once it was read
   */
  async *read(
    json: Uint8Array<ArrayBuffer>,
    modes: BatchModes,
    exclusions: ReadyExclusions,
    attributes: OrganizationRules,
  ): AsyncGenerator<ReadMessage, void, undefined> {
    if (json.length <= readHereBytesMax) {
      yield* readContent(json, modes, Number.POSITIVE_INFINITY, exclusions.matcher, attributes.compiled)
      return
    }
    if (this.#readings.length >= waitingMax) {
      throw putOff(`${waitingMax} batches wait to be read; send this one again in a moment.`)
    }
    const reading: Reading = { messages: [], error: undefined, wake: () => {} }
    this.#send(reading, json, modes, exclusions, attributes)
    for (;;) {
      const message = reading.messages.shift()
      if (message !== undefined) yield message
      if (message !== undefined && isLast(message)) return
      if (reading.error !== undefined) throw reading.error
      if (reading.messages.length === 0) await new Promise<void>((resolve) => (reading.wake = resolve))
    }
  }

  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #send(
    reading: Reading,
    json: Uint8Array<ArrayBuffer>,
    modes: BatchModes,
    exclusions: ReadyExclusions,
    attributes: OrganizationRules,
  ): void {
    this.#worker ??= this.#start()
    const work: ReadingWork = {
      json,
      modes,
      exclusions:
        exclusions.compiled &&
        this.#exclusions.toSend(exclusions.organizationId, exclusions.revision, exclusions.compiled),
      attributes: this.#attributes.toSend(attributes.organizationId, attributes.revision, attributes.rules),
    }
    this.#worker.ref()
    this.#readings.push(reading)
    this.#worker.postMessage(work, ownMemory(json))
  }

  #start(): Worker {
    this.#exclusions = new KnownByThread(organizationsMax)
    this.#attributes = new KnownByThread(attributeOrganizationsMax)
    const worker = new Worker(new URL('./content-worker.ts', import.meta.url), {
      // The first bounds a content, and V8 looks for dead objects the sooner, the less there may be of living ones.
      resourceLimits: {
        maxOldGenerationSizeMb: this.#megabytesMax,
        maxYoungGenerationSizeMb: youngGenerationMegabytes,
      },
    })
    worker.on('message', (message: ReadMessage) => this.#take(worker, message))
    worker.on('error', (error) => this.#fail(worker, error))
    worker.on('exit', () => this.#fail(worker, new Error('the thread that reads batches ended')))
    return worker
  }

  /** The worker reads in the order in which it was asked. */
  #take(worker: Worker, message: ReadMessage): void {
    const reading = isLast(message) ? this.#readings.shift() : this.#readings[0]
    reading?.messages.push(message)
    reading?.wake()
    // An idle worker keeps no process alive.
    if (this.#readings.length === 0) worker.unref()
  }

  /** The next read starts a new worker, whose readings the end of this one is none of. */
  #fail(worker: Worker, error: Error & { code?: string }): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const ranOut = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    // The first is the one that was being read.
    for (const [place, reading] of this.#readings.splice(0).entries()) {
      reading.error = ranOut ? (place === 0 ? this.#tooLarge(error) : interrupted(error)) : error
      reading.wake()
    }
  }

  #tooLarge(cause: Error): Problem {
    const message = `The content needs more than ${this.#megabytesMax} MB to be read; send it in several batches.`
    return new Problem('too-large', message, { cause })
  }
}

function interrupted(cause: Error): Problem {
  return putOff('The reading of batches was interrupted; send this one again in a moment.', {
    cause,
  })
}

function isLast({ kind }: ReadMessage): boolean {
  return kind === 'ledger' || kind === 'unreadable'
}
