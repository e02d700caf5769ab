import { join } from 'node:path'
import { tasksMaxFor } from '../sandbox/run-and-report.ts'
import type { CgroupFiles } from './cgroup-files.ts'

/** Of all processors: what is left over is the environment server's, whatever the app does. */
const cpuShareMax = 0.9
const cpuPeriodMicroseconds = 100_000

export type CgroupLimits = { memoryBytesMax: number; processesMax: number; cores: number }

export type CgroupUse = { cpuSeconds: number; memoryPeakBytes: number; wasOutOfMemory: boolean }

/** The cgroup of one app (cgroup v2): exact where the watching of processes is a fifth of a second behind. */
export class AppCgroup {
  readonly #files: CgroupFiles
  readonly #folder: string

  constructor(files: CgroupFiles, folder: string, { memoryBytesMax, processesMax, cores }: CgroupLimits) {
    this.#files = files
    this.#folder = folder
    files.makeFolder(folder)
    this.#write('memory.max', String(memoryBytesMax))
    // What is swapped out would be taken all the same.
    this.#write('memory.swap.max', '0')
    // All of the app ends, not just the process that asked last: half an app helps nobody.
    this.#write('memory.oom.group', '1')
    this.#write('pids.max', String(tasksMaxFor(processesMax)))
    this.#write('cpu.max', `${Math.round(cores * cpuShareMax * cpuPeriodMicroseconds)} ${cpuPeriodMicroseconds}`)
  }

  /** The scaffold of the app, as soon as it is there; what it starts is in as well. */
  add(pid: number): void {
    this.#write('cgroup.procs', String(pid))
  }

  use(): CgroupUse {
    return {
      cpuSeconds: this.#number('cpu.stat', /^usage_usec (\d+)$/m) / 1_000_000,
      // Linux 5.19; before it what is used now is the best that is known.
      memoryPeakBytes: this.#number('memory.peak', /^(\d+)/) || this.#number('memory.current', /^(\d+)/),
      wasOutOfMemory: this.#number('memory.events', /^oom_kill (\d+)$/m) > 0,
    }
  }

  /** Ends all that is left in it, and removes it. */
  remove(): void {
    try {
      this.#write('cgroup.kill', '1')
      this.#files.removeFolder(this.#folder)
    } catch {
      // Its last process is still going; the next start of the server removes it.
    }
  }

  #write(name: string, text: string): void {
    this.#files.write(join(this.#folder, name), text)
  }

  #number(name: string, pattern: RegExp): number {
    try {
      return Number(pattern.exec(this.#files.read(join(this.#folder, name)))?.[1] ?? 0)
    } catch {
      // Not every kernel has every file.
      return 0
    }
  }
}
