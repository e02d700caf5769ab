import type { Telemetry } from '@postern/protocol'
import { statfsSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'

type CpuTimes = { busyMs: number; totalMs: number }

export type MachineFigures = Pick<
  Telemetry,
  | 'cpuPercent'
  | 'memoryTotalBytes'
  | 'memoryFreeBytes'
  | 'diskTotalBytes'
  | 'diskFreeBytes'
  | 'serverCpuPercent'
  | 'serverMemoryBytes'
  | 'uptimeSeconds'
>

/** Measures this machine and this process; shares of time are over the time since the measurement before. */
export class MachineMeter {
  readonly #folder: string
  #machine: CpuTimes = machineTimes()
  #process = process.cpuUsage()
  #measuredMs = performance.now()

  /** @param folder on the file system whose room counts */
  constructor(folder: string) {
    this.#folder = folder
  }

  measure(): MachineFigures {
    const machine = machineTimes()
    const spent = process.cpuUsage(this.#process)
    const now = performance.now()
    const passedMs = Math.max(1, now - this.#measuredMs)
    const totalMs = machine.totalMs - this.#machine.totalMs
    const busyMs = machine.busyMs - this.#machine.busyMs
    this.#machine = machine
    this.#process = process.cpuUsage()
    this.#measuredMs = now
    return {
      cpuPercent: totalMs > 0 ? rounded(Math.min(100, Math.max(0, (100 * busyMs) / totalMs))) : 0,
      ...memory(),
      ...disk(this.#folder),
      serverCpuPercent: rounded((spent.user + spent.system) / 10 / passedMs),
      serverMemoryBytes: process.memoryUsage.rss(),
      uptimeSeconds: Math.floor(process.uptime()),
    }
  }
}

/** All processors together, since the machine was started. */
function machineTimes(): CpuTimes {
  let busyMs = 0
  let totalMs = 0
  for (const { times } of cpus()) {
    const busy = times.user + times.nice + times.sys + times.irq
    busyMs += busy
    totalMs += busy + times.idle
  }
  return { busyMs, totalMs }
}

/** In a container with a limit, of what the limit grants. */
function memory(): Pick<Telemetry, 'memoryTotalBytes' | 'memoryFreeBytes'> {
  const granted = process.constrainedMemory()
  const all = totalmem()
  const memoryTotalBytes = granted > 0 && granted < all ? granted : all
  return { memoryTotalBytes, memoryFreeBytes: Math.min(process.availableMemory(), memoryTotalBytes) }
}

function disk(folder: string): Pick<Telemetry, 'diskTotalBytes' | 'diskFreeBytes'> {
  const { bsize, blocks, bavail } = statfsSync(folder)
  return { diskTotalBytes: bsize * blocks, diskFreeBytes: bsize * bavail }
}

function rounded(percent: number): number {
  return Math.round(percent * 10) / 10
}
