import { readFileSync } from 'node:fs'

/** proc_pid_stat(5): of Linux on every architecture that we run on. */
const ticksASecond = 100

/** Processor time of a process so far, user and system, in seconds. */
export function processSeconds(pid: number): number {
  // The name, the second field, may hold anything, but it ends with the last parenthesis.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / ticksASecond
}
