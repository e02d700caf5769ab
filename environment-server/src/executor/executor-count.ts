import { availableParallelism, totalmem } from 'node:os'
import type { ServerLog } from '../log/server-log.ts'

const memoryBytesPerExecutor = 512 * 1024 * 1024

/** How many executions run at once when the setting does not say (ES-7). */
export function defaultExecutorCount(cores = availableParallelism(), memoryBytes = totalmem()): number {
  return Math.max(1, Math.min(cores, Math.floor(memoryBytes / memoryBytesPerExecutor)))
}

export function executorCount(setting: number | undefined, log: ServerLog): number {
  const fitting = defaultExecutorCount()
  if (setting !== undefined && setting > fitting) {
    log('warn', `appsNumberofJobExecutors is ${setting}; this machine's cores and memory are enough for ${fitting}.`)
  }
  return setting ?? fitting
}
