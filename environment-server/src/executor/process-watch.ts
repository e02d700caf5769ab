import { kernelUnits } from './kernel-units.ts'
import { processTree, readProcessTable, type ProcessEntry, type ProcessTable } from './process-table.ts'

const sampleMs = 200

export type WatchLimits = { memoryBytesMax: number; processesMax: number; scaffoldDepth: number }

/** What was seen so far of one attempt's processes. */
export type Watched = {
  cpuSeconds: number
  memoryPeakBytes: number
  stop(): void
}

/** Samples all attempts with one reading of /proc, five times a second while anything runs, and never otherwise. */
export class ProcessWatch {
  readonly #units = kernelUnits()
  readonly #samplers = new Set<(table: ProcessTable) => void>()
  #timer: NodeJS.Timeout | undefined

  /** `onExceeded` is called once, with a sentence, when a limit is passed. */
  watch(rootPid: number, limits: WatchLimits, onExceeded: (sentence: string) => void): Watched {
    const watched: Watched = { cpuSeconds: 0, memoryPeakBytes: 0, stop: () => this.#remove(sample) }
    let exceeded = false
    const sample = (table: ProcessTable) => {
      const tree = processTree(table, rootPid)
      const memory = sum(tree, 'memoryPages') * this.#units.pageBytes
      watched.memoryPeakBytes = Math.max(watched.memoryPeakBytes, memory)
      watched.cpuSeconds = Math.max(watched.cpuSeconds, sum(tree, 'cpuTicks') / this.#units.ticksPerSecond)
      const sentence = sentenceFor(memory, tree.length - limits.scaffoldDepth, limits)
      if (!sentence || exceeded) return
      exceeded = true
      onExceeded(sentence)
    }
    this.#samplers.add(sample)
    this.#timer ??= setInterval(() => this.#sampleAll(), sampleMs)
    return watched
  }

  #sampleAll(): void {
    const table = readProcessTable()
    for (const sample of this.#samplers) sample(table)
  }

  #remove(sample: (table: ProcessTable) => void): void {
    this.#samplers.delete(sample)
    if (this.#samplers.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

function sum(tree: readonly ProcessEntry[], field: 'cpuTicks' | 'memoryPages'): number {
  return tree.reduce((total, entry) => total + entry[field], 0)
}

function sentenceFor(
  memory: number,
  processes: number,
  { memoryBytesMax, processesMax }: WatchLimits,
): string | undefined {
  const megabytes = (bytes: number) => Math.round(bytes / 1024 / 1024)
  if (memory > memoryBytesMax) {
    return `The app used ${megabytes(memory)} MB of memory and was ended; its limit is ${megabytes(memoryBytesMax)} MB.`
  }
  if (processes > processesMax) return `The app had ${processes} processes and was ended; its limit is ${processesMax}.`
  return undefined
}
