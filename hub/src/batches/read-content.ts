import { BatchContent, type LedgerItem } from '@postern/protocol'
import type { BatchModes } from './batch-modes.ts'
import { IndicatorRows } from './indicator-rows.ts'
import { CopyLinesWriter } from './copy-lines.ts'
import { GroupRows } from './group-rows.ts'
import { isWithinDepth, jsonDepthMax } from './json-bounds.ts'
import { ledgerLine } from './ledger-blocks.ts'
import { LinkRows } from './link-rows.ts'
import type { ReadContent } from './prepared-batch.ts'
import { readAssociation } from './read-association.ts'
import { readGroup } from './read-group.ts'
import { readIndicator, type RefusedItem } from './read-indicator.ts'

/** Items in one batch: TcEx sends 5,000, its BatchWriter 100,000. */
export const contentItemsMax = 100_000

/**
 * Reads a batch's content: JSON text, bounded before it is parsed (S14), each item on its own. Groups come first, since
 * indicators refer to them. Pure, and so runs in a worker thread as well as here.
 */
export function readContent(json: Uint8Array, modes: BatchModes): ReadContent {
  if (!isWithinDepth(json)) return unreadable(`The content is nested more than ${jsonDepthMax} deep.`)
  const content = parse(json)
  if (content === undefined)
    return unreadable('The content is not a JSON object with the lists group, indicator and association.')
  const { group = [], indicator = [], association = [] } = content
  const itemCount = group.length + indicator.length + association.length
  if (itemCount > contentItemsMax) {
    return {
      ok: false,
      tooLarge: true,
      message: `The content has ${itemCount} items; ${contentItemsMax} are permitted. Send it in several batches.`,
    }
  }
  const reader = new ItemReader(modes)
  reader.readAll(group, indicator, association)
  return { ok: true, batch: reader.result(group.length, indicator.length, association.length) }
}

function parse(json: Uint8Array): BatchContent | undefined {
  try {
    const parsed = BatchContent.safeParse(JSON.parse(new TextDecoder('utf-8').decode(json)))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined // Not JSON: said by the caller, in the words of the API.
  }
}

function unreadable(message: string): ReadContent {
  return { ok: false, tooLarge: false, message }
}

class ItemReader {
  readonly #modes: BatchModes
  readonly #ledger = new CopyLinesWriter()
  readonly #refused: { position: number; code: string; reason: string }[] = []
  readonly #links = new LinkRows()
  readonly #groups: GroupRows
  readonly #indicators: IndicatorRows
  #position = 0

  constructor(modes: BatchModes) {
    this.#modes = modes
    this.#groups = new GroupRows(modes)
    this.#indicators = new IndicatorRows(modes)
  }

  readAll(groups: readonly unknown[], indicators: readonly unknown[], associations: readonly unknown[]): void {
    for (const item of groups) if (!this.#readGroup(item)) return
    for (const item of indicators) if (!this.#readIndicator(item)) return
    for (const item of associations) if (!this.#readAssociation(item)) return
  }

  #readGroup(item: unknown): boolean {
    const read = readGroup(item)
    if (!read.ok) return this.#refuse('group', read.refused)
    this.#groups.add(this.#position, read.group)
    this.#links.addOfGroup(this.#position, read.group)
    return this.#took('group', read.group.type, read.summary)
  }

  #readIndicator(item: unknown): boolean {
    const read = readIndicator(item)
    if (!read.ok) return this.#refuse('indicator', read.refused)
    const ids = this.#indicators.add(this.#position, read.indicator)
    this.#links.addOfIndicator(this.#position, ids, read.indicator.groupXids)
    return this.#took('indicator', read.indicator.type, read.summary)
  }

  #readAssociation(item: unknown): boolean {
    const read = readAssociation(item, this.#indicators.idOfXid)
    if (!read.ok) return this.#refuse('association', read.refused)
    this.#links.add(this.#position, read.link)
    return this.#took('association', read.type, read.summary)
  }

  #took(kind: LedgerItem['kind'], type: string, summary: string): true {
    this.#ledger.line(ledgerLine([this.#position, kind, type, summary, null, null]))
    this.#ledger.endEntry()
    this.#position++
    return true
  }

  /** Whether to read on. */
  #refuse(kind: LedgerItem['kind'], { type, summary, code, reason }: RefusedItem): boolean {
    this.#refused.push({ position: this.#position, code, reason })
    this.#took(kind, type, summary)
    return !this.#modes.haltOnError
  }

  result(groupCount: number, indicatorCount: number, associationCount: number) {
    return {
      groupCount,
      indicatorCount,
      associationCount,
      ledger: this.#ledger.finish(),
      refused: this.#refused,
      processedCount: this.#position,
      groups: this.#groups.prepared(),
      indicators: this.#indicators.prepared(),
      links: this.#links.prepared(),
      tagNames: [...new Set([...this.#groups.tagNames, ...this.#indicators.tagNames])].sort(),
      labelNames: [...new Set([...this.#groups.labelNames, ...this.#indicators.labelNames])].sort(),
    }
  }
}
