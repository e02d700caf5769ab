import { hash } from 'node:crypto'
import { uuidArray } from '../../database/copy/uuid-array.ts'
import { CopyLinesWriter } from '../../database/copy/copy-lines.ts'
import type { PreparedRows } from '../content/prepared-batch.ts'

/** Collects rows in the shape in which they are written. */
export class PreparedRowsWriter {
  readonly #keyKind: 'uuid' | 'text'
  readonly #keys: string[] = []
  readonly #digests: string[] = []
  readonly #itemPositions: number[] = []
  readonly #itemRows: number[] = []
  readonly #lines = new CopyLinesWriter()
  readonly #attributes = new CopyLinesWriter()

  constructor(keyKind: 'uuid' | 'text') {
    this.#keyKind = keyKind
  }

  /**
   * @param key 32 hexadecimal digits, or as an element of an array's text
   * @param keyColumns the row's first columns as COPY text @param said the other ones
   * @param digested everything that the items say of it and how it is to be written: the same again is not written again
   */
  add(
    row: { key: string; keyColumns: string; said: string; digested: string; attributeLines: readonly string[] },
    positions: readonly number[],
  ): void {
    const digest = hash('sha256', row.digested, 'hex').slice(0, 32)
    for (const position of positions) {
      this.#itemPositions.push(position)
      this.#itemRows.push(this.#keys.length)
    }
    this.#keys.push(row.key)
    this.#digests.push(digest)
    this.#lines.line(`${row.keyColumns}\t${digest}\t${row.said}\tt`)
    this.#lines.endEntry()
    for (const line of row.attributeLines) this.#attributes.line(line)
    this.#attributes.endEntry()
  }

  finish(excluded = ''): PreparedRows {
    return {
      count: this.#keys.length,
      keys: this.#keyKind === 'uuid' ? uuidArray(this.#keys) : `{${this.#keys.join(',')}}`,
      digests: uuidArray(this.#digests),
      lines: this.#lines.finish(),
      attributes: this.#attributes.finish(),
      itemPositions: Uint32Array.from(this.#itemPositions),
      itemRows: Uint32Array.from(this.#itemRows),
      excluded,
    }
  }
}
