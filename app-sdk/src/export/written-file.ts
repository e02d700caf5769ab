import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { launch, writtenLine } from '@postern/protocol'
import type { WrittenDigest } from '@postern/protocol'

/** What this run is about to send, named for its environment server, which signs it at the end (D40). */
export class WrittenFile {
  readonly #path: string

  /** Makes the file: while it is empty, its server signs that nothing was written. */
  constructor(outPath: string) {
    this.#path = join(outPath, launch.writtenFile)
    appendFileSync(this.#path, '')
  }

  /** @param text as `planText` or `receiptText` makes it */
  add(kind: WrittenDigest['kind'], text: string): void {
    const sha256 = createHash('sha256').update(text).digest('hex')
    appendFileSync(this.#path, `${writtenLine({ kind, sha256 })}\n`)
  }
}
