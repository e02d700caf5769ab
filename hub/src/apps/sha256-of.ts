import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'

const pieceBytes = 16 * 1024 * 1024

/** Hexadecimal SHA-256, in pieces, so that a package of hundreds of megabytes does not hold up every other request. */
export async function sha256Of(content: Buffer): Promise<string> {
  const hash = createHash('sha256')
  for (let start = 0; start < content.length; start += pieceBytes) {
    hash.update(content.subarray(start, start + pieceBytes))
    await nextTurn()
  }
  return hash.digest('hex')
}
