import { splitFileSummary } from '@postern/intel'
import type { FileHashes } from '@postern/intel'
import type { Logger } from '../launch/logger.ts'
import type { HubSession } from '../net/hub-session.ts'
import { SortedSpill } from '../spill/sorted-spill.ts'
import { associationPart, chunksOf, contentOf, deletionPart, groupPart, indicatorPart } from './batch-content.ts'
import type { ContentPart } from './batch-content.ts'
import type { AssociationItem, GroupItem, IndicatorItem } from './batch-item.ts'
import { mergeGroups, mergeIndicators } from './merge-items.ts'
import { SameFiles } from './same-files.ts'
import { submitChunk } from './submit-chunk.ts'
import { UnmappedCounts } from './unmapped.ts'

/** What became of everything that was submitted, by the hub's own count. */
export interface BatchTotals {
  readonly chunks: number
  readonly indicators: number
  readonly groups: number
  readonly associations: number
  readonly deletions: number
  /** Items that the hub refused; its ledger names each with the reason. */
  readonly refused: number
  readonly unmapped: number
}

export interface BatchParts {
  readonly hub: HubSession
  readonly owner: string
  readonly tempPath: string
  readonly log: Logger
  readonly signal: AbortSignal
  /** Whose ledger the unmapped go into; without one they are only logged. */
  readonly executionId: string | undefined
  readonly bounds?: { readonly items: number; readonly bytes: number }
}

/**
 * Collects what a source says and sends it to one owner (FD-2). Items lie on disk, sorted by what they are about, so that memory
 * stays flat and what several places say of one indicator becomes one item. `submit` sends chunks, groups first, and waits
 * for each.
 */
export class Batch {
  readonly #parts: BatchParts
  readonly #indicators: SortedSpill
  readonly #files: SortedSpill
  readonly #groups: SortedSpill
  readonly #associations: SortedSpill
  readonly #deletions: SortedSpill
  readonly #sameFiles = new SameFiles()
  readonly #unmapped = new UnmappedCounts()
  #isSubmitted = false

  constructor(parts: BatchParts) {
    this.#parts = parts
    const spill = () => new SortedSpill(parts.tempPath, spillBytesInMemory)
    this.#indicators = spill()
    this.#files = spill()
    this.#groups = spill()
    this.#associations = spill()
    this.#deletions = spill()
  }

  /** Whether there is anything that `submit` has not sent. */
  get isPending(): boolean {
    return (
      !this.#isSubmitted &&
      (this.#indicators.count + this.#files.count + this.#groups.count + this.#deletions.count > 0 ||
        this.#unmapped.total > 0)
    )
  }

  async addIndicator(item: IndicatorItem): Promise<void> {
    if (item.type !== 'File') {
      await this.#indicators.add(keyOf(item.type, item.summary), JSON.stringify(item))
      return
    }
    this.#sameFiles.join(hashesOf(item.summary))
    await this.#files.add('', JSON.stringify(item))
  }

  async addGroup(item: GroupItem): Promise<void> {
    await this.#groups.add(JSON.stringify(item.xid), JSON.stringify(item))
  }

  /** Relates two indicators; both must be in this batch or already in the owner. */
  async associate(item: AssociationItem): Promise<void> {
    await this.#associations.add(associationPart(item).json)
  }

  /** Takes an indicator out of the owner. */
  async delete(type: string, summary: string): Promise<void> {
    await this.#deletions.add(keyOf(type, summary), deletionPart(type, summary).json)
  }

  /** Counts and names something that has no place in the library. */
  unmapped(what: string, reason: string, example?: string): void {
    this.#unmapped.add(what, reason, example)
  }

  /** Sends everything. @throws HubProblem, BatchFailed, SourceUnavailable */
  async submit(): Promise<BatchTotals> {
    if (this.#isSubmitted) throw new Error('a batch is submitted once')
    this.#isSubmitted = true
    await this.#joinFiles()
    const totals = { chunks: 0, indicators: 0, groups: 0, associations: 0, deletions: 0, refused: 0 }
    for await (const chunk of chunksOf(this.#created(), this.#parts.bounds)) {
      totals.refused += await this.#send('Create', chunk, (totals.chunks += 1))
      for (const { kind } of chunk) totals[`${kind}s`] += 1
    }
    for await (const chunk of chunksOf(rowsAsParts(this.#deletions), this.#parts.bounds)) {
      totals.refused += await this.#send('Delete', chunk, (totals.chunks += 1))
      totals.deletions += chunk.length
    }
    await this.#tellUnmapped()
    await Promise.all(
      [this.#indicators, this.#files, this.#groups, this.#associations, this.#deletions].map((spill) =>
        spill.dispose(),
      ),
    )
    return { ...totals, unmapped: this.#unmapped.total }
  }

  async #send(action: 'Create' | 'Delete', chunk: readonly ContentPart[], number: number): Promise<number> {
    const { log, owner } = this.#parts
    const status = await submitChunk(this.#parts, { action, owner }, contentOf(chunk))
    log.info(`chunk ${number} is in`, {
      action,
      items: chunk.length,
      refused: status.errorCount ?? 0,
      batch: status.id,
    })
    return status.errorCount ?? 0
  }

  /** Only now is it known which hashes belong together, so only now can files be sorted by what they are about. */
  async #joinFiles(): Promise<void> {
    for await (const [, json] of this.#files.rows()) {
      const item = JSON.parse(json) as IndicatorItem
      const [first = item.summary] = hashesOf(item.summary)
      await this.#indicators.add(keyOf('File', this.#sameFiles.keyOf(first)), json)
    }
  }

  async *#created(): AsyncGenerator<ContentPart> {
    // A group must be known before another points at it.
    for await (const group of merged(this.#groups, mergeGroups))
      if ((group.groups ?? []).length === 0) yield groupPart(group)
    for await (const group of merged(this.#groups, mergeGroups))
      if ((group.groups ?? []).length > 0) yield groupPart(group)
    for await (const item of merged(this.#indicators, mergeFileIndicators)) {
      for (const single of asSent(item)) yield indicatorPart(single)
    }
    let last = ''
    for await (const [json] of this.#associations.rows()) {
      if (json !== last) yield { kind: 'association', json }
      last = json
    }
  }

  async #tellUnmapped(): Promise<void> {
    const { hub, log, executionId } = this.#parts
    for (const { what, reason, count } of this.#unmapped.list())
      log.info(`not mapped: ${what}, ${count} times: ${reason}`)
    if (executionId !== undefined) await this.#unmapped.send(hub, executionId)
  }
}

/** Five spills of a batch together keep below 20 MB. */
const spillBytesInMemory = 4 * 1024 * 1024

/** Sorts by type, then by what is written; JSON keeps line ends out of the key. */
function keyOf(type: string, summary: string): string {
  return `${type}\t${JSON.stringify(summary)}`
}

async function* rowsAsParts(spill: SortedSpill): AsyncGenerator<ContentPart> {
  let last = ''
  for await (const [key, json] of spill.rows()) {
    if (key !== last) yield { kind: 'indicator', json }
    last = key
  }
}

async function* merged<Item>(spill: SortedSpill, merge: (a: Item, b: Item) => Item): AsyncGenerator<Item> {
  let pending: { key: string; item: Item } | undefined
  for await (const [key, json] of spill.rows()) {
    // The rows hold what this batch itself wrote.
    const item = JSON.parse(json) as Item
    if (pending !== undefined && pending.key !== key) yield pending.item
    pending = { key, item: pending?.key === key ? merge(pending.item, item) : item }
  }
  if (pending !== undefined) yield pending.item
}

/** Merges items of one file: their hashes are joined, however many there are. */
function mergeFileIndicators(first: IndicatorItem, second: IndicatorItem): IndicatorItem {
  const item = mergeIndicators(first, second)
  if (item.type !== 'File' || first.summary === second.summary) return item
  return { ...item, summary: [...new Set([...hashesOf(first.summary), ...hashesOf(second.summary)])].join(' : ') }
}

/** A file of one MD5, SHA-1 and SHA-256 is one item; where a source claims two of a kind, each further hash is an item of its own. */
function asSent(item: IndicatorItem): IndicatorItem[] {
  if (item.type !== 'File') return [item]
  const hashes = hashesOf(item.summary)
  if (hashes.length < 2) return [item]
  const file = splitFileSummary(item.summary)
  const joined = Object.values(file satisfies FileHashes)
  if (joined.length === 0) return [item]
  const others = hashes.filter((hash) => !joined.includes(hash))
  return [{ ...item, summary: joined.join(' : ') }, ...others.map((summary) => ({ ...item, summary }))]
}

function hashesOf(summary: string): string[] {
  return summary
    .split(':')
    .map((hash) => hash.trim().toLowerCase())
    .filter((hash) => hash !== '')
}
