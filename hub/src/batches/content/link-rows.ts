import type { FileItem } from '@postern/intel'
import { CopyLinesWriter } from '../../database/copy/copy-lines.ts'
import { copyRow } from '../../database/copy/copy-row.ts'
import type { PreparedLinks } from './prepared-batch.ts'
import type { LinkEnd, SentLink } from './read-association.ts'
import type { SentGroup } from './read-group.ts'
import type { SentIndicator } from './read-indicator.ts'

/** Kind of the link between hashes that an owner says are of one file (D2). */
export const sameFile = 'Same File'

/** Associations of a batch, from wherever an item names them. */
export class LinkRows {
  readonly #positions: number[] = []
  readonly #lines = new CopyLinesWriter()
  /** Of items with several hashes; what becomes of them is planned by what is there (file-writer.ts). */
  readonly files: FileItem[] = []

  addOfIndicator(
    position: number,
    ids: readonly string[],
    { values, groupXids }: Pick<SentIndicator, 'values' | 'groupXids'>,
  ): void {
    // A kind of hash is known by its length.
    if (ids.length > 1)
      this.files.push({ position, hashes: ids.map((id, index) => ({ id, kind: values[index]?.length ?? 0 })) })
    for (const id of ids) {
      const left: LinkEnd = { kind: 'indicator', id }
      for (const xid of groupXids) this.add(position, { left, right: { kind: 'group', xid }, kind: 'Associated' })
    }
  }

  addOfGroup(position: number, group: SentGroup): void {
    const left: LinkEnd = { kind: 'group', xid: group.xid }
    for (const xid of group.groupXids) this.add(position, { left, right: { kind: 'group', xid }, kind: 'Associated' })
    for (const id of group.indicatorIds)
      this.add(position, { left, right: { kind: 'indicator', id }, kind: 'Associated' })
  }

  add(position: number, { left, right, kind }: SentLink): void {
    this.#positions.push(position)
    this.#lines.line(copyRow([String(position), left.kind, keyOf(left), right.kind, keyOf(right), kind]))
    this.#lines.endEntry()
  }

  prepared(): PreparedLinks {
    return { positions: this.#positions, lines: this.#lines.finish() }
  }
}

function keyOf(end: LinkEnd): string {
  switch (end.kind) {
    case 'indicator':
      return end.id
    case 'group':
      return end.xid
    case 'indicator-number':
    case 'group-number':
      return end.number
  }
}
