import { createHash, type Hash } from 'node:crypto'
import { PlanValue } from '@postern/protocol'
import { Problem } from '../lib/problem.ts'
import { readJsonLine } from './value-blob.ts'

/** What the hub found in a plan's values, to hold against what the plan says. */
export type PlanSums = { add: number; remove: number; checksum: string }

/** As long as a receipt keeps them. */
const reasonCharactersMax = 500

/**
 * Recomputes a plan's checksum from its values as they come in (D5): SHA-256 over the lines `add|remove TAB type TAB value LF` in
 * order of their bytes, then `version LF`, then `heldDigest LF`. Lines must come in that order, each once: the sum is then taken
 * without sorting, and two plans that do the same have the same sum. After them comes what the app left out, which is no part of it.
 */
export class PlanChecksum {
  readonly #hash: Hash = createHash('sha256')
  #last: Buffer | undefined
  #number = 0
  #add = 0
  #remove = 0
  #isLeavingOut = false

  /** @returns what the line says @throws Problem `invalid` that names the line */
  line(text: string): PlanValue {
    this.#number += 1
    const read = PlanValue.safeParse(readJsonLine(text, this.#number))
    if (!read.success || !hasReasonWhereNeeded(read.data))
      throw new Problem(
        'invalid',
        `Line ${this.#number} is not ["add" or "remove", type, value] or ["left-out", type, value, reason].`,
      )
    const [change, type, value] = read.data
    if (change === 'left-out') {
      this.#isLeavingOut = true
      return read.data
    }
    if (this.#isLeavingOut)
      throw new Problem('invalid', `Line ${this.#number} is out of order: what is left out comes last.`)
    if (/[\t\n]/.test(type) || /[\t\n]/.test(value))
      throw new Problem('invalid', `Line ${this.#number} holds a tab or a line feed.`)
    const key = Buffer.from(`${change}\t${type}\t${value}\n`)
    if (this.#last !== undefined && Buffer.compare(this.#last, key) >= 0) {
      throw new Problem(
        'invalid',
        `Line ${this.#number} is out of order or doubled: sort the lines by their bytes, each once.`,
      )
    }
    this.#last = key
    this.#hash.update(key)
    if (change === 'add') this.#add += 1
    else this.#remove += 1
    return read.data
  }

  end(collectionVersion: number, heldDigest: string): PlanSums {
    const checksum = this.#hash.update(`${collectionVersion}\n${heldDigest}\n`).digest('hex')
    return { add: this.#add, remove: this.#remove, checksum }
  }
}

/** What is left out says why; what changes says only that. */
function hasReasonWhereNeeded([change, , , reason]: PlanValue): boolean {
  return change === 'left-out' ? reason !== undefined && reason.length <= reasonCharactersMax : reason === undefined
}
