import { hash } from 'node:crypto'
import type { BatchModes } from './batch-modes.ts'
import { CopyLinesWriter } from './copy-lines.ts'
import { arrayLiteral, booleanField, copyRow, jsonLiteral, numberField } from './copy-row.ts'
import { attributeLine, folded, foldedNames } from './fold-items.ts'
import type { PreparedRows } from './prepared-batch.ts'
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
    const keys: string[] = []
    const digests: string[] = []
    const itemPositions: number[] = []
    const itemRows: number[] = []
    const lines = new CopyLinesWriter()
    const attributes = new CopyLinesWriter()
    const rows = [...this.#rows.values()].sort((a, b) => (a.sent.xid < b.sent.xid ? -1 : 1))
    for (const [index, { sent, positions }] of rows.entries()) {
      const said = saidLine(sent)
      const attributeLines = (sent.attributes ?? []).map((attribute) => attributeLine(sent.xid, attribute))
      const links = [...sent.groupXids, ...sent.indicatorIds].join('\t')
      const digest = hash('sha256', [modes, said, ...attributeLines, links].join('\n'), 'hex').slice(0, 32)
      keys.push(sent.xid)
      digests.push(digest)
      lines.line(`${copyRow([sent.xid])}\t${digest}\t${said}\tt`)
      lines.endEntry()
      for (const line of attributeLines) attributes.line(line)
      attributes.endEntry()
      for (const position of positions) {
        itemPositions.push(position)
        itemRows.push(index)
      }
    }
    return { keys, digests, lines: lines.finish(), attributes: attributes.finish(), itemPositions, itemRows }
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
