import { readFileSync } from 'node:fs'
import type { ProcessEntry } from './process-table.ts'

/**
 * Memory of an app's processes, in bytes. What each has resident is cheap to read, and counts a page that several share once for each
 * of them. So where an app has several, and that sum is more than was seen before or more than allowed, each counts with its share of
 * every page (PSS, proc(5)). To read that takes milliseconds a gigabyte. A process that the server may not look into, as one of another
 * user, counts with all that it has resident.
 */
export class MemoryOfApp {
  readonly #pageBytes: number
  readonly #limits: { memoryBytesMax: number; processesMax: number }
  #residentPeak = 0
  #proportional = 0

  constructor(pageBytes: number, limits: { memoryBytesMax: number; processesMax: number }) {
    this.#pageBytes = pageBytes
    this.#limits = limits
  }

  /**
   * @param tree the app's processes and those of its scaffold
   * @param processes how many of them are the app's. Where they are too many the app ends for that, nobody looks into each, and the
   *   largest one counts.
   */
  now(tree: readonly ProcessEntry[], processes: number): number {
    const resident = tree.map(({ memoryPages }) => memoryPages * this.#pageBytes)
    if (processes > this.#limits.processesMax) return resident.reduce((most, bytes) => Math.max(most, bytes), 0)
    const sum = resident.reduce((total, bytes) => total + bytes, 0)
    if (processes < 2) return sum
    if (sum > Math.min(this.#residentPeak, this.#limits.memoryBytesMax)) {
      this.#residentPeak = Math.max(this.#residentPeak, sum)
      this.#proportional = tree.reduce((total, { pid }, at) => total + (proportionalBytes(pid) ?? resident[at] ?? 0), 0)
    }
    return Math.min(sum, this.#proportional)
  }
}

/** proc(5), `/proc/pid/smaps_rollup`, since Linux 4.14. @returns nothing for one that is not the server's to look into */
function proportionalBytes(pid: number): number | undefined {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch (error) {
    // What ended meanwhile holds nothing: those that ended all at once would count as if each had had its own of what they shared.
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ESRCH' ? 0 : undefined
  }
}
