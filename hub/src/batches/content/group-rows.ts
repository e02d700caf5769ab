import type { BatchModes } from '../batch-modes.ts'
import { arrayLiteral, booleanField, copyRow, jsonLiteral, numberField } from '../../database/copy/copy-row.ts'
import { attributeLine, folded, foldedNames } from './fold-items.ts'
import type { PreparedRows } from './prepared-batch.ts'
import { PreparedRowsWriter } from '../writers/prepared-rows-writer.ts'
import type { SentGroup } from './read-group.ts'

type Row = { sent: SentGroup; positions: number[] }

/** The groups of a batch as rows: one for all items with the same xid. */
export class GroupRows {
  readonly tagNames = new Set<string>()
  readonly labelNames = new Set<string>()
  readonly #modes: BatchModes
  readonly #rows = new Map<string, Row>()

  constructor(modes: BatchModes) {
    this.#modes = modes
  }

  add(position: number, sent: SentGroup): void {
    for (const tag of sent.tags ?? []) this.tagNames.add(tag)
    for (const label of sent.labels ?? []) this.labelNames.add(label)
    const before = this.#rows.get(sent.xid)
    if (before === undefined) {
      this.#rows.set(sent.xid, { sent, positions: [position] })
      return
    }
    before.positions.push(position)
    before.sent = {
      ...folded(before.sent, sent, this.#modes),
      groupXids: foldedNames(before.sent.groupXids, sent.groupXids, 'Append') ?? [],
      indicatorIds: foldedNames(before.sent.indicatorIds, sent.indicatorIds, 'Append') ?? [],
    }
  }

  prepared(): PreparedRows {
    const modes = `${this.#modes.attributes}\t${this.#modes.tags}\t${this.#modes.labels}`
    const writer = new PreparedRowsWriter('text')
    for (const { sent, positions } of this.#rows.values()) {
      const said = saidLine(sent)
      const attributeLines = (sent.attributes ?? []).map((attribute) => attributeLine(sent.xid, attribute))
      const links = [...sent.groupXids, ...sent.indicatorIds].join('\t')
      const digested = [modes, said, ...attributeLines, links].join('\n')
      const key = arrayLiteral([sent.xid]).slice(1, -1)
      writer.add({ key, keyColumns: copyRow([sent.xid]), said, digested, attributeLines }, positions)
    }
    return writer.finish()
  }
}

/** type, name, status, event date, publish date, first seen, last seen, tags, labels, tlp, detail, attributes named. */
function saidLine(sent: SentGroup): string {
  return copyRow([
    sent.type,
    sent.name,
    sent.status,
    sent.eventDate,
    sent.publishDate,
    sent.firstSeen,
    sent.lastSeen,
    sent.tags === undefined ? null : arrayLiteral(sent.tags),
    sent.labels === undefined ? null : arrayLiteral(sent.labels),
    numberField(sent.tlp),
    sent.detail === null ? null : jsonLiteral(sent.detail),
    booleanField(sent.attributes !== undefined),
  ])
}
