import { AttributeRules, type ExclusionMatcher } from '@postern/intel'
import { limits } from '@postern/protocol'
import type { BatchModes } from '../batch-modes.ts'
import { IndicatorRows } from './indicator-rows.ts'
import { CopyLinesWriter } from '../../database/copy/copy-lines.ts'
import { GroupRows } from './group-rows.ts'
import { jsonDepthMax } from './json-bounds.ts'
import { kindOf, ledgerLine } from '../ledger/ledger-blocks.ts'
import { judgeIndicator } from './judge-indicator.ts'
import { judgeAttributes } from './judge-attributes.ts'
import { LinkRows } from './link-rows.ts'
import type { CopyLines } from '../../database/copy/copy-lines.ts'
import type { PreparedBatch, PreparedRows, ReadMessage } from './prepared-batch.ts'
import { readAssociation } from './read-association.ts'
import type { SentAttribute } from './read-common-fields.ts'
import { readGroup } from './read-group.ts'
import { readIndicator } from './read-indicator.ts'
import type { RefusedItem } from './refused-item.ts'
import { splitContent } from './split-content.ts'

/**
 * Reads a batch's content: JSON text, bounded before it is parsed (S14), each item on its own. Groups come first, since
 * indicators refer to them. Pure, and so runs in a worker thread as well as here.
 * @param partRowsMax rows in one part of the indicators; a Delete has one part
 * @param attributes what attributes may hold in the organization; a Delete writes none
 * @param matcher judges indicators by the organization's exclusion lists; a Delete is judged by none
 */
export function* readContent(
  json: Uint8Array,
  modes: BatchModes,
  partRowsMax: number,
  matcher?: ExclusionMatcher,
  attributes?: AttributeRules,
): Generator<ReadMessage> {
  const isCreate = modes.action === 'Create'
  const read = readItems(json, modes, isCreate ? { matcher, attributes } : {})
  if ('message' in read) {
    yield { kind: 'unreadable', ...read }
    return
  }
  yield { kind: 'batch', batch: read.batch() }
  for (const rows of read.parts(isCreate ? partRowsMax : Number.POSITIVE_INFINITY)) yield { kind: 'indicators', rows }
  yield { kind: 'ledger', ledger: read.ledger() }
}

type Unreadable = { tooLarge: boolean; message: string }

/** What items are judged by, beside their schemas. */
type Judges = { matcher?: ExclusionMatcher | undefined; attributes?: AttributeRules | undefined }

function readItems(json: Uint8Array, modes: BatchModes, judges: Judges): ItemReader | Unreadable {
  const content = splitContent(json)
  if (content.kind === 'too-deep') return unreadable(`The content is nested more than ${jsonDepthMax} deep.`)
  if (content.kind === 'no-content') return unreadable(noContent)
  const { group, indicator, association } = content
  const itemCount = group.count + indicator.count + association.count
  const { batchItemsMax } = limits
  if (itemCount > batchItemsMax) {
    return {
      tooLarge: true,
      message: `The content has ${itemCount} items; ${batchItemsMax} are permitted. Send it in several batches.`,
    }
  }
  const reader = new ItemReader(modes, judges, {
    groupCount: group.count,
    indicatorCount: indicator.count,
    associationCount: association.count,
  })
  try {
    reader.readAll(group.items(), indicator.items(), association.items())
  } catch (error) {
    if (error instanceof SyntaxError) return unreadable(noContent)
    throw error
  }
  return reader
}

const noContent = 'The content is not a JSON object with the lists group, indicator and association.'

function unreadable(message: string): Unreadable {
  return { tooLarge: false, message }
}

const noRules = new AttributeRules([])

type ItemCounts = Pick<PreparedBatch, 'groupCount' | 'indicatorCount' | 'associationCount'>

class ItemReader {
  readonly #modes: BatchModes
  readonly #matcher: ExclusionMatcher | undefined
  readonly #attributeRules: AttributeRules
  readonly #counts: ItemCounts
  /** For the ledger: what each item is, by position. */
  readonly #types: string[] = []
  readonly #summaries: string[] = []
  readonly #refused: { position: number; code: string; reason: string }[] = []
  readonly #partial: { position: number; code: string; reason: string }[] = []
  readonly #attributeNames = new Set<string>()
  readonly #links = new LinkRows()
  readonly #groups: GroupRows
  readonly #indicators: IndicatorRows

  constructor(modes: BatchModes, { matcher, attributes = noRules }: Judges, counts: ItemCounts) {
    this.#modes = modes
    this.#matcher = matcher
    this.#attributeRules = attributes
    this.#counts = counts
    this.#groups = new GroupRows(modes)
    this.#indicators = new IndicatorRows(modes)
  }

  /** To the end of each list, even after an item that ends it all: a content that is no JSON further on has no items. */
  readAll(groups: Iterable<unknown>, indicators: Iterable<unknown>, associations: Iterable<unknown>): void {
    let readsOn = true
    for (const item of groups) readsOn &&= this.#readGroup(item)
    for (const item of indicators) readsOn &&= this.#readIndicator(item)
    for (const item of associations) readsOn &&= this.#readAssociation(item)
  }

  #readGroup(item: unknown): boolean {
    const read = readGroup(item)
    if (!read.ok) return this.#refuse(read.refused)
    this.#judgeAttributes({ kind: 'group', type: read.group.type }, read.summary, read.group)
    this.#groups.add(this.#position, read.group)
    this.#links.addOfGroup(this.#position, read.group)
    return this.#took(read.group.type, read.summary)
  }

  #readIndicator(item: unknown): boolean {
    const read = readIndicator(item)
    if (!read.ok) return this.#refuse(read.refused)
    const judged = judgeIndicator(this.#matcher, read.indicator, read.summary)
    if (!judged.ok) return this.#refuse(judged.refused)
    this.#judgeAttributes({ kind: 'indicator', type: read.indicator.type }, read.summary, read.indicator)
    const ids = this.#indicators.add(this.#position, read.indicator, judged.hits)
    this.#links.addOfIndicator(this.#position, ids, read.indicator)
    return this.#took(read.indicator.type, read.summary)
  }

  #readAssociation(item: unknown): boolean {
    const read = readAssociation(item, this.#indicators.idOfXid)
    if (!read.ok) return this.#refuse(read.refused)
    this.#links.add(this.#position, read.link)
    return this.#took(read.type, read.summary)
  }

  #judgeAttributes(
    of: Parameters<typeof judgeAttributes>[1],
    summary: string,
    sent: { attributes: SentAttribute[] | undefined },
  ): void {
    if (sent.attributes === undefined || sent.attributes.length === 0) return
    for (const { type } of sent.attributes) this.#attributeNames.add(type)
    const { kept, part } = judgeAttributes(this.#attributeRules, of, summary, sent.attributes)
    if (part === undefined) return
    sent.attributes = kept
    this.#partial.push({ position: this.#position, ...part })
  }

  get #position(): number {
    return this.#types.length
  }

  #took(type: string, summary: string): true {
    this.#types.push(type)
    this.#summaries.push(summary)
    return true
  }

  /** Whether to read on. */
  #refuse({ type, summary, code, reason }: RefusedItem): boolean {
    this.#refused.push({ position: this.#position, code, reason })
    this.#took(type, summary)
    return !this.#modes.haltOnError
  }

  batch(): PreparedBatch {
    return {
      ...this.#counts,
      refused: this.#refused,
      partial: this.#partial,
      processedCount: this.#position,
      groups: this.#groups.prepared(),
      links: this.#links.prepared(),
      files: this.#links.files,
      attributeNames: [...this.#attributeNames],
      tagNames: [...new Set([...this.#groups.tagNames, ...this.#indicators.tagNames])].sort(),
      labelNames: [...new Set([...this.#groups.labelNames, ...this.#indicators.labelNames])].sort(),
    }
  }

  parts(rowsMax: number): Generator<PreparedRows> {
    return this.#indicators.parts(rowsMax)
  }

  ledger(): CopyLines {
    const ledger = new CopyLinesWriter()
    for (const [position, type] of this.#types.entries()) {
      // Both lists have an entry for every item.
      const summary = this.#summaries[position]!
      ledger.line(ledgerLine([position, kindOf(this.#counts, position), type, summary, null, null]))
      ledger.endEntry()
    }
    return ledger.finish()
  }
}
