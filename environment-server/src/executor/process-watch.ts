import { kernelUnits } from './kernel-units.ts'
import { MemoryOfApp } from './memory-of-app.ts'
import { processTree, readProcessTable, type ProcessEntry, type ProcessTable } from './process-table.ts'

const sampleMs = 200
/** While somebody has used more than half of a limit. */
const sampleSoonMs = 50

export type WatchLimits = {
  memoryBytesMax: number
  processesMax: number
  cpuSecondsMax?: number | undefined
  /** That are not the app's own. */
  scaffoldProcesses: number
  /** Of the user that runs nothing but this app. */
  userId?: number | undefined
}

/** What was seen so far of one attempt's processes. */
export type Watched = {
  cpuSeconds: number
  memoryPeakBytes: number
  stop(): void
}

/** Samples all attempts with one reading of /proc, five to twenty times a second while anything runs, and never otherwise. */
export class ProcessWatch {
  readonly #units = kernelUnits()
  /** Each takes its sample, and says whether the next should be soon. */
  readonly #samplers = new Set<(table: ProcessTable) => boolean>()
  #timer: NodeJS.Timeout | undefined

  /** `onExceeded` is called once, with a sentence, when a limit is passed. */
  watch(rootPid: number, limits: WatchLimits, onExceeded: (sentence: string) => void): Watched {
    const watched: Watched = { cpuSeconds: 0, memoryPeakBytes: 0, stop: () => this.#remove(sample) }
    const memoryOfApp = new MemoryOfApp(this.#units.pageBytes, limits)
    let exceeded = false
    const sample = (table: ProcessTable) => {
      const tree = processTree(table, rootPid, limits.userId)
      const processes = tree.length - limits.scaffoldProcesses
      const memory = memoryOfApp.now(tree, processes)
      watched.memoryPeakBytes = Math.max(watched.memoryPeakBytes, memory)
      watched.cpuSeconds = Math.max(watched.cpuSeconds, cpuTicksOf(tree) / this.#units.ticksPerSecond)
      const sentence = sentenceFor(memory, processes, watched.cpuSeconds, limits)
      if (sentence && !exceeded) {
        exceeded = true
        onExceeded(sentence)
      }
      return memory * 2 > limits.memoryBytesMax || processes * 2 > limits.processesMax
    }
    this.#samplers.add(sample)
    this.#timer ??= setTimeout(() => this.#sampleAll(), sampleMs)
    return watched
  }

  #sampleAll(): void {
    const table = readProcessTable()
    let isSoon = false
    for (const sample of this.#samplers) isSoon = sample(table) || isSoon
    // A limit that was passed may have taken the last sampler away.
    if (this.#samplers.size > 0) this.#timer = setTimeout(() => this.#sampleAll(), isSoon ? sampleSoonMs : sampleMs)
  }

  #remove(sample: (table: ProcessTable) => boolean): void {
    this.#samplers.delete(sample)
    if (this.#samplers.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}

function cpuTicksOf(tree: readonly ProcessEntry[]): number {
  return tree.reduce((total, { cpuTicks }) => total + cpuTicks, 0)
}

function sentenceFor(
  memory: number,
  processes: number,
  cpuSeconds: number,
  { memoryBytesMax, processesMax, cpuSecondsMax = Number.POSITIVE_INFINITY }: WatchLimits,
): string | undefined {
  const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024)
  // Too many processes also take too much memory, soon: they are the cause.
  if (processes > processesMax) return `The app had ${processes} processes and was ended; its limit is ${processesMax}.`
  if (memory > memoryBytesMax) {
    return `The app used ${megabytes(memory)} MB of memory and was ended; its limit is ${megabytes(memoryBytesMax)} MB.`
  }
  if (cpuSeconds > cpuSecondsMax) {
    return `The app used ${Math.round(cpuSeconds)} s of processor time and was ended; its limit is ${cpuSecondsMax} s.`
  }
  return undefined
}
