import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'
import { logFileLimits } from './log-limits.ts'

/**
 * A log file that starts anew when it is large enough, keeping a few older parts. A disk that is full costs lines, never the
 * server: the terminal has them still.
 */
export class RotatedFile {
  readonly #path: string
  readonly #limits: { fileBytesMax: number; partsMax: number }
  #file: number | undefined
  #bytes = 0

  constructor(path: string, limits: { fileBytesMax: number; partsMax: number } = logFileLimits) {
    this.#path = path
    this.#limits = limits
  }

  write(line: string): void {
    try {
      const file = this.#open(Buffer.byteLength(line))
      this.#bytes += writeSync(file, line)
    } catch {
      // No room, or no right: tried again with the next line.
      this.close()
    }
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #open(coming: number): number {
    if (this.#file !== undefined && this.#bytes + coming > this.#limits.fileBytesMax) {
      this.close()
      this.#shift()
    }
    if (this.#file === undefined) {
      this.#file = openSync(this.#path, 'a', 0o600)
      this.#bytes = fstatSync(this.#file).size
    }
    return this.#file
  }

  #shift(): void {
    for (let part = this.#limits.partsMax; part >= 1; part -= 1) {
      const younger = part === 1 ? this.#path : `${this.#path}.${part - 1}`
      try {
        renameSync(younger, `${this.#path}.${part}`)
      } catch (error) {
        // There are not so many parts yet.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      }
    }
  }
}
