import { escapeCopyField, type ExclusionHit, indicatorHex, type IndicatorType } from '@postern/intel'
import { copyArray, jsonLiteral } from '../../database/copy/copy-row.ts'
import { attributeLine, folded, foldedNames } from './fold-items.ts'
import { excludedLines } from './judge-indicator.ts'
import type { BatchModes } from '../batch-modes.ts'
import type { PreparedRows } from './prepared-batch.ts'
import { PreparedRowsWriter } from '../writers/prepared-rows-writer.ts'
import type { SentAttribute } from './read-common-fields.ts'
import type { SentIndicator } from './read-indicator.ts'

type Row = {
  id: string
  type: IndicatorType
  value: string
  sent: SentIndicator
  positions: number[]
  hits: readonly ExclusionHit[] | undefined
}

/** The indicators of a batch as rows: one a hash of a File (D2), one for all items that name the same indicator. */
export class IndicatorRows {
  readonly tagNames = new Set<string>()
  readonly labelNames = new Set<string>()
  /** For associations, which name indicators by the xid of this batch (T9: it means nothing beyond it). */
  readonly idOfXid = new Map<string, string>()
  readonly #modes: BatchModes
  readonly #modesText: string
  /** Empty where the modes are those by default. */
  readonly #fileModesText: string
  readonly #rows = new Map<string, Row>()

  constructor(modes: BatchModes) {
    this.#modes = modes
    this.#modesText = `${modes.attributes}\t${modes.tags}\t${modes.labels}\t`
    const { merge, collision } = modes.files
    this.#fileModesText = merge === 'Merge' && collision === 'FavorIncoming' ? '' : `\t${merge}\t${collision}`
  }

  /** Returns the ids, one for each value. @param hits of exclusion lists, one element a value where there are any */
  add(position: number, sent: SentIndicator, hits: readonly (readonly ExclusionHit[])[]): string[] {
    for (const tag of sent.tags ?? []) this.tagNames.add(tag)
    for (const label of sent.labels ?? []) this.labelNames.add(label)
    const ids = sent.values.map((value, place) => {
      const id = indicatorHex(sent.type, value)
      const before = this.#rows.get(id)
      if (before === undefined)
        this.#rows.set(id, { id, type: sent.type, value, sent, positions: [position], hits: hits[place] })
      else this.#addAgain(before, position, sent)
      return id
    })
    if (sent.xid !== undefined && ids[0] !== undefined) this.idOfXid.set(sent.xid, ids[0])
    return ids
  }

  /** As if the items had come in two batches, one after the other. */
  #addAgain(row: Row, position: number, sent: SentIndicator): void {
    row.positions.push(position)
    const { tlp, ...rest } = folded(row.sent, sent, this.#modes)
    row.sent = { ...rest, tlp, groupXids: foldedNames(row.sent.groupXids, sent.groupXids, 'Append') ?? [] }
  }

  /** All rows in the order of their ids, in parts of `rowsMax` or a few more. No rows are one part without rows. */
  *parts(rowsMax: number): Generator<PreparedRows> {
    const rows = [...this.#rows.values()]
    const order = orderOfIds(rows)
    let part: Row[] = []
    for (const [place, key] of order.entries()) {
      // Every key holds the place of a row.
      part.push(rows[key % placesMax]!)
      const next = order[place + 1]
      if (part.length < rowsMax || next === undefined || prefixOf(next) === prefixOf(key)) continue
      yield this.#prepared(part)
      part = []
    }
    yield this.#prepared(part)
  }

  #prepared(rows: readonly Row[]): PreparedRows {
    const writer = new PreparedRowsWriter('uuid')
    let excluded = ''
    for (const { id, type, value, sent, positions, hits } of rows) {
      if (hits !== undefined) excluded += excludedLines(id, hits)
      const said = saidLine(sent)
      const attributeLines = (sent.attributes ?? noAttributes).map((attribute) => attributeLine(id, attribute))
      const digested = this.#digested(sent, said, attributeLines)
      const keyColumns = `${id}\t${type}\t${escapeCopyField(value)}`
      writer.add({ key: id, keyColumns, said, digested, attributeLines }, positions)
    }
    return writer.finish(excluded)
  }

  /** Everything the item says and how it is to be written, but not its xid, which means nothing (T9). */
  #digested(sent: SentIndicator, said: string, attributeLines: readonly string[]): string {
    const text = this.#modesText + said
    if (attributeLines.length === 0 && sent.values.length === 1 && sent.groupXids.length === 0) return text
    const files = sent.values.length > 1 ? this.#fileModesText : ''
    return `${text}\n${attributeLines.join('\n')}\n${sent.values.join(' ')}${files}\n${sent.groupXids.join('\t')}`
  }
}

const noAttributes: SentAttribute[] = []

/** Above the hashes of the most items that a batch may have; with 32 bits of an id it fits into a double. */
const placesMax = 2 ** 20

/** The places of rows, sorted by the first 32 bits of their ids, which are above them: numbers sort many times faster than texts. */
function orderOfIds(rows: readonly Row[]): Float64Array {
  return Float64Array.from(rows, ({ id }, place) => Number.parseInt(id.slice(0, 8), 16) * placesMax + place).sort()
}

function prefixOf(key: number): number {
  return Math.floor(key / placesMax)
}

/** rating, confidence, active, private, status, tags, labels, tlp, first seen, last seen, expires, detail, attributes named. */
function saidLine(sent: SentIndicator): string {
  const numbersAndFlags = `${sent.rating ?? none}\t${sent.confidence ?? none}\t${sent.active ?? none}\t${sent.private ?? none}`
  const names = `${sent.status ?? none}\t${copyArray(sent.tags)}\t${copyArray(sent.labels)}\t${sent.tlp ?? none}`
  const dates = `${sent.firstSeen ?? none}\t${sent.lastSeen ?? none}\t${sent.expires ?? none}`
  const detail = sent.detail === null ? none : escapeCopyField(jsonLiteral(sent.detail))
  return `${numbersAndFlags}\t${names}\t${dates}\t${detail}\t${sent.attributes !== undefined}`
}

/** Null in COPY text. */
const none = '\\N'
