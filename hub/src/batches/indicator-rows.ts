import { hash } from 'node:crypto'
import { indicatorId, type IndicatorType } from '@postern/intel'
import { arrayLiteral, booleanField, copyRow, jsonLiteral, numberField } from './copy-row.ts'
import { attributeLine, folded, foldedNames } from './fold-items.ts'
import type { BatchModes } from './batch-modes.ts'
import type { PreparedRows } from './prepared-batch.ts'
import type { SentIndicator } from './read-indicator.ts'

type Row = { id: string; type: IndicatorType; value: string; sent: SentIndicator; positions: number[] }

/** The indicators of a batch as rows: one a hash of a File (D2), one for all items that name the same indicator. */
export class IndicatorRows {
  readonly tagNames = new Set<string>()
  readonly labelNames = new Set<string>()
  /** For associations, which name indicators by the xid of this batch (T9: it means nothing beyond it). */
  readonly idOfXid = new Map<string, string>()
  readonly #modes: BatchModes
  readonly #modesText: string
  readonly #rows = new Map<string, Row>()

  constructor(modes: BatchModes) {
    this.#modes = modes
    this.#modesText = `${modes.attributes}\t${modes.tags}\t${modes.labels}\t`
  }

  /** Returns the ids, one for each value. */
  add(position: number, sent: SentIndicator): string[] {
    for (const tag of sent.tags ?? []) this.tagNames.add(tag)
    for (const label of sent.labels ?? []) this.labelNames.add(label)
    const ids = sent.values.map((value) => {
      const id = indicatorId(sent.type, value)
      const before = this.#rows.get(id)
      if (before === undefined) this.#rows.set(id, { id, type: sent.type, value, sent, positions: [position] })
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

  prepared(): PreparedRows {
    const prepared: PreparedRows = { keys: [], digests: [], lines: [], attributeLines: [], itemPositions: [], itemRows: [] }
    // Sorted, so that batches that meet take their row locks in one order.
    const rows = [...this.#rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
    for (const [index, row] of rows.entries()) {
      const said = saidLine(row.sent)
      const attributes = (row.sent.attributes ?? []).map((attribute) => attributeLine(row.id, attribute))
      // Everything the item says and how it is to be written, but neither its xid nor what it says of other rows.
      const digest = hash('sha256', `${this.#modesText}${said}\n${attributes.join('\n')}\n${row.sent.values.join(' ')}\n${row.sent.groupXids.join('\t')}`, 'hex')
      prepared.keys.push(row.id)
      prepared.digests.push(digest.slice(0, 32))
      prepared.lines.push(`${row.id}\t${copyRow([row.type, row.value])}\t${digest.slice(0, 32)}\t${said}`)
      prepared.attributeLines.push(attributes)
      for (const position of row.positions) {
        prepared.itemPositions.push(position)
        prepared.itemRows.push(index)
      }
    }
    return prepared
  }
}

/** rating, confidence, active, private, status, tags, labels, tlp, first seen, last seen, expires, detail, attributes named. */
function saidLine(sent: SentIndicator): string {
  return copyRow([
    numberField(sent.rating),
    numberField(sent.confidence),
    booleanField(sent.active),
    booleanField(sent.private),
    sent.status,
    sent.tags === undefined ? null : arrayLiteral(sent.tags),
    sent.labels === undefined ? null : arrayLiteral(sent.labels),
    numberField(sent.tlp),
    sent.firstSeen,
    sent.lastSeen,
    sent.expires,
    sent.detail === null ? null : jsonLiteral(sent.detail),
    booleanField(sent.attributes !== undefined),
  ])
}
