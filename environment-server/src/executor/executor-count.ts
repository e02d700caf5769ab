import { availableParallelism, totalmem } from 'node:os'
import type { ServerLog } from '../log/server-log.ts'
import type { Judgement } from '../requirements/judgement.ts'
import { executorLimits } from './executor-limits.ts'

const memoryBytesPerExecutor = 512 * 1024 * 1024

/** How many executions run at once when the setting does not say (ES-7). */
export function defaultExecutorCount(cores = availableParallelism(), memoryBytes = totalmem()): number {
  return Math.max(1, Math.min(cores, Math.floor(memoryBytes / memoryBytesPerExecutor)))
}

/** Whether this machine is enough for so many. What waits for an answer most of its time may well be more than there are cores. */
export function judgeExecutors(setting: number | undefined, fitting = defaultExecutorCount()): Judgement {
  if (setting === undefined) return { state: 'good', sentence: `${fitting} at once, by cores and memory.` }
  if (setting <= fitting) return { state: 'good', sentence: `${setting} at once.` }
  const sentence = `appsNumberofJobExecutors is ${setting}; this machine's cores and memory are enough for ${fitting}.`
  const most = fitting * executorLimits.timesFittingMax
  if (setting <= most) return { state: 'advice', sentence }
  return {
    state: 'missing',
    sentence: `${sentence} More than ${most} only hinder each other: give a number up to that, or leave it empty.`,
  }
}

/** @param users how many users apps run as, one each; 0 where that is not how they are kept apart */
export function executorCount(setting: number | undefined, users: number, log: ServerLog): number {
  const { state, sentence } = judgeExecutors(setting)
  if (state !== 'good') log('warn', sentence)
  const wanted = setting ?? defaultExecutorCount()
  if (users === 0 || wanted <= users) return wanted
  log(
    'warn',
    `${wanted} executions would run at once, but there are only ${users} users to keep them apart: ${users} run at once. Run setup-sandbox.sh --executors ${wanted}.`,
  )
  return users
}
