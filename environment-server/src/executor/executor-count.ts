import { availableParallelism, totalmem } from 'node:os'
import type { ServerLog } from '../log/server-log.ts'

const memoryBytesPerExecutor = 512 * 1024 * 1024

/** How many executions run at once when the setting does not say (ES-7). */
export function defaultExecutorCount(cores = availableParallelism(), memoryBytes = totalmem()): number {
  return Math.max(1, Math.min(cores, Math.floor(memoryBytes / memoryBytesPerExecutor)))
}

/** @param users how many users apps run as, one each; 0 where that is not how they are kept apart */
export function executorCount(setting: number | undefined, users: number, log: ServerLog): number {
  const fitting = defaultExecutorCount()
  if (setting !== undefined && setting > fitting) {
    log('warn', `appsNumberofJobExecutors is ${setting}; this machine's cores and memory are enough for ${fitting}.`)
  }
  const wanted = setting ?? fitting
  if (users === 0 || wanted <= users) return wanted
  log(
    'warn',
    `${wanted} executions would run at once, but there are only ${users} users to keep them apart: ${users} run at once. Run setup-sandbox.sh --executors ${wanted}.`,
  )
  return users
}
