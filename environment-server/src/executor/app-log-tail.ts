import { readAppFile } from './app-file.ts'
import { LineSplitter } from './line-splitter.ts'

const pollMs = 1000
const bytesAtOnceMax = 1024 * 1024

/** Follows the app's own log file. A file that was rotated or emptied is read from its beginning. */
export class AppLogTail {
  readonly #path: string
  readonly #lines: LineSplitter
  readonly #timer: NodeJS.Timeout
  #offset = 0
  #inode = 0

  constructor(path: string, onLine: (line: string) => void) {
    this.#path = path
    this.#lines = new LineSplitter(onLine)
    this.#timer = setInterval(() => this.#read(), pollMs)
  }

  /** Reads what is left, up to a bound. */
  end(): void {
    clearInterval(this.#timer)
    for (let reads = 0; reads < 16 && this.#read(); reads += 1);
    this.#lines.end()
  }

  #read(): boolean {
    const before = readAppFile(this.#path, 0, 0)
    if (!before) return false
    if (before.inode !== this.#inode || before.size < this.#offset) {
      this.#inode = before.inode
      this.#offset = 0
    }
    const read = readAppFile(this.#path, this.#offset, bytesAtOnceMax)
    if (!read || read.bytes.length === 0) return false
    this.#offset += read.bytes.length
    this.#lines.write(read.bytes)
    return true
  }
}
