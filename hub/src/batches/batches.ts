import { createHash } from 'node:crypto'
import type { BatchConfig } from '@postern/protocol'
import type { Pool, PoolClient } from 'pg'
import type { Caller } from '../access/caller.ts'
import type { Attributes } from '../attributes/attributes.ts'
import type { Db } from '../database/database.ts'
import type { ReadyExclusions, Matchers } from '../exclusions/matchers.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem, found } from '../lib/problem.ts'
import { otherBatchWaitMsMax } from './batch-limits.ts'
import { batchModes, type BatchModes } from './batch-modes.ts'
import { countItems } from './batch-counts.ts'
import { BatchStore, type BatchRow } from './batch-store.ts'
import { metAnother, takeBatchTurn, type BatchTurn, turnOf, waitedInVain } from './batch-turn.ts'
import { ContentReader } from './content/content-reader.ts'
import { noteJudgedBefore } from './writers/excluded-writer.ts'
import { holdLease } from './hold-lease.ts'
import type { AssertionWriter } from './writers/indicator-writer.ts'
import { ItemOutcomes } from './ledger/item-outcomes.ts'
import { KeptMessages } from './content/kept-messages.ts'
import { writeLedger } from './ledger/ledger-blocks.ts'
import { NameRegister } from './writers/name-register.ts'
import type { PreparedBatch, ReadMessage } from './content/prepared-batch.ts'
import { beginBatch, makeSentTables } from './writers/sent-tables.ts'
import { mergeWaitingIndexEntries } from './tidy.ts'
import { writeItems } from './writers/write-items.ts'

/** Who sends a batch, and whose assertions it may write: checked before (owners/owners.ts). */
export type BatchSender = AssertionWriter & {
  executionId: string | null
  /** The attempt of the execution that sends; null for people. */
  attempt: number | null
  sentBy: string
}

/** What is done in a batch's transaction beside its items. Both may be called again, after a rollback. */
export type BesideItems = {
  /** Once the batch has its turn, and before it writes anything: it throws where nothing is to be written after all. */
  before?(client: PoolClient): Promise<void>
  /** After the items, by what became of them. */
  write(client: PoolClient, batchId: string, outcomes: ItemOutcomes): Promise<void>
  /** Whether it needs the owner for itself (batch-turn.ts), whatever the items do. */
  needsTurnAlone: boolean
}

export type BatchesOptions = {
  pool: Pool
  db: Db
  clock: Clock
  /** The exclusion lists that hold for what is created (D25). */
  matchers: Matchers
  /** What attributes may hold. */
  attributes: Attributes
  /** Hears after each commit that indicators of the organization were touched. */
  onTouched(organizationId: string): void
  /** The longest wait for another batch, if not that of production. */
  otherBatchWaitMs?: number
}

/** Batches that were made and never filled are gone after this: apps make one only to see whether they may. */
const abandonedAfterMs = 24 * 60 * 60 * 1000

/**
 * Takes batches in. A batch is one transaction: identities, assertions, groups, associations, the computed view, tombstones,
 * the ledger, and the note for data collections are all there or none is. It ends at once: nothing waits in a queue.
 */
export class Batches {
  readonly #pool: Pool
  readonly #store: BatchStore
  readonly #clock: Clock
  readonly #names: NameRegister
  readonly #matchers: Matchers
  readonly #attributes: Attributes
  readonly #onTouched: (organizationId: string) => void
  readonly #otherBatchWaitMs: number
  readonly #reader = new ContentReader()

  constructor({
    pool,
    db,
    clock,
    matchers,
    attributes,
    onTouched,
    otherBatchWaitMs = otherBatchWaitMsMax,
  }: BatchesOptions) {
    this.#matchers = matchers
    this.#attributes = attributes
    this.#pool = pool
    this.#store = new BatchStore(db)
    this.#clock = clock
    this.#names = new NameRegister(pool)
    this.#onTouched = onTouched
    this.#otherBatchWaitMs = otherBatchWaitMs
  }

  close(): Promise<void> {
    return this.#reader.close()
  }

  /** A batch without content yet, for the two-step way. */
  async create(sender: BatchSender, config: BatchConfig): Promise<string> {
    batchModes(config)
    return this.#store.create(sender, config)
  }

  /** Fills a batch of the two-step way; the same content again is answered as the first time. @param content handed over */
  async upload(sender: BatchSender, batchId: string, content: Uint8Array<ArrayBuffer>): Promise<BatchRow> {
    const batch = await this.get(sender.organizationId, batchId)
    if (batch.owner_id !== sender.ownerId)
      throw new Problem('forbidden', 'This batch writes to an owner that you may not write to.')
    const sha256 = digest(batch.config as BatchConfig, content)
    if (batch.state === 'completed') {
      if (batch.content_sha256?.equals(sha256) === true) return batch
      throw new Problem('conflict', `Batch ${batchId} has had its content; make a new one.`)
    }
    return this.#take(sender, batch.config as BatchConfig, content, sha256, batchId)
  }

  /** A batch with its content in one call. @param content handed over: nobody reads it afterwards */
  async submit(
    sender: BatchSender,
    config: BatchConfig,
    content: Uint8Array<ArrayBuffer>,
    beside?: BesideItems,
  ): Promise<BatchRow> {
    return this.#take(sender, config, content, undefined, undefined, beside)
  }

  async get(organizationId: string, batchId: string): Promise<BatchRow> {
    return found(await this.#store.find(organizationId, batchId), 'batch')
  }

  /** A batch that the caller may read: people any of their organization, an execution its own. */
  async visible(caller: Caller, batchId: string): Promise<BatchRow> {
    if (caller.kind === 'stranger' || caller.kind === 'environment-server')
      throw new Problem('forbidden', 'Only people and executions read batches.')
    const batch = await this.get(caller.organizationId, batchId)
    return found(caller.kind === 'execution' && batch.execution_id !== caller.executionId ? undefined : batch, 'batch')
  }

  /** Items that were refused, and those that were written but for a part. */
  async errors(batchId: string): Promise<{ code: string; reason: string }[]> {
    return this.#store.errors(batchId)
  }

  /** What the hub's worker calls every minute. */
  async tidy(): Promise<void> {
    await this.reapAbandoned()
    await mergeWaitingIndexEntries(this.#pool)
  }

  async reapAbandoned(): Promise<number> {
    return this.#store.deleteAbandoned(new Date(this.#clock.now().getTime() - abandonedAfterMs))
  }

  async #take(
    sender: BatchSender,
    config: BatchConfig,
    content: Uint8Array<ArrayBuffer>,
    knownSha256: Buffer | undefined,
    batchId: string | undefined,
    beside?: BesideItems,
  ): Promise<BatchRow> {
    const modes = batchModes(config)
    const exclusions = await this.#matchers.current(sender.organizationId)
    const attributes = await this.#attributes.rulesOf(sender.organizationId)
    const sha256 = knownSha256 ?? digest(config, content)
    const reading = this.#reader.read(content, modes, exclusions, attributes)
    const batch = await begun(reading)
    if (modes.action === 'Create') {
      await this.#names.add(batch)
      await this.#attributes.register(attributes, batch.attributeNames)
    }
    const read: ReadBatch = {
      sender,
      config,
      modes,
      batch,
      exclusions,
      messages: new KeptMessages(reading),
      sha256,
      batchId,
      beside,
    }
    const client = await this.#pool.connect()
    let failure: Error | undefined
    try {
      await makeSentTables(client)
      const turn = beside?.needsTurnAlone === true ? 'alone' : turnOf(batch, modes)
      const written = (await this.#writeInTurn(client, read, turn)) ?? (await this.#writeInTurn(client, read, 'alone'))
      if (written === undefined) throw new Error('a batch met another one while it was alone')
      read.messages.giveBack()
      this.#onTouched(sender.organizationId)
      return written
    } catch (error) {
      failure = error instanceof Error ? error : new Error(String(error))
      throw error
    } finally {
      if (failure !== undefined) await client.query('rollback').catch(() => {})
      client.release(failure)
    }
  }

  /** The batch's transaction. @returns undefined if it met another batch of the owner, and wrote nothing */
  async #writeInTurn(client: PoolClient, read: ReadBatch, turn: BatchTurn): Promise<BatchRow | undefined> {
    await client.query('begin')
    try {
      const written = await this.#write(client, read, turn)
      await client.query('commit')
      return written
    } catch (error) {
      if (turn === 'alone' || !metAnother(error)) throw waitedInVain(error) ?? error
      await client.query('rollback')
      return undefined
    }
  }

  async #write(client: PoolClient, read: ReadBatch, turn: BatchTurn): Promise<BatchRow> {
    const { sender, config, modes, batch, messages, sha256, batchId, beside, exclusions } = read
    await beginBatch(client, this.#otherBatchWaitMs)
    await takeBatchTurn(client, sender.ownerId, sha256, turn)
    // What is written beside the items knows by itself what is there already, and has to hear what becomes of the items.
    const mayBeRepeated = beside === undefined && batchId === undefined
    const earlier = mayBeRepeated ? await this.#store.repeated(client, sender, sha256) : undefined
    if (earlier !== undefined) return earlier
    if (batchId !== undefined) await this.#store.requireWritable(client, sender.ownerId)
    const id = batchId ?? (await this.#store.createIn(client, sender, config))
    await beside?.before?.(client)
    const outcomes = new ItemOutcomes(batch)
    const onItsWay = { id, batch, messages, now: this.#clock.now() }
    const { whole, associations } = await writeItems(client, sender, onItsWay, modes, outcomes)
    await writeLedger(client, id, whole, outcomes)
    await beside?.write(client, id, outcomes)
    const completed = await this.#store.complete(client, id, sha256, countItems(batch, outcomes, associations))
    if (modes.action === 'Create') await noteJudgedBefore(client, exclusions, whole.indicators)
    // Last, so that an attempt is kept from ending for no longer than a commit takes.
    await holdLease(client, sender)
    return completed
  }
}

/** A batch whose content has begun to be read, on its way to being written. */
type ReadBatch = {
  sender: BatchSender
  config: BatchConfig
  modes: BatchModes
  batch: PreparedBatch
  /** By which it was judged. */
  exclusions: ReadyExclusions
  messages: KeptMessages
  sha256: Buffer
  /** Of a batch that was made before its content came. */
  batchId: string | undefined
  beside: BesideItems | undefined
}

/** The first of what is read of a content; before it is there, no connection is taken. @throws Problem `invalid`, `too-large` */
async function begun(messages: AsyncIterator<ReadMessage>): Promise<PreparedBatch> {
  const { value: message } = await messages.next()
  if (message?.kind === 'unreadable') throw new Problem(message.tooLarge ? 'too-large' : 'invalid', message.message)
  if (message?.kind !== 'batch') throw new Error(`a content began with ${message?.kind}`)
  return message.batch
}

function digest(config: BatchConfig, content: Uint8Array): Buffer {
  return createHash('sha256').update(JSON.stringify(config)).update('\0').update(content).digest()
}
