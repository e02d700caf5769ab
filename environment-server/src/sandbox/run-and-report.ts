import { release } from 'node:os'

/** Threads count as tasks, and a JVM or Node has dozens: the exact bound on processes is watched, this one stops a fork bomb. */
const tasksPerProcess = 16
const tasksSpare = 64

/**
 * Runs "$@" and then says on file descriptor 3 what it used. The app itself does not get that descriptor. Where the machine's memory
 * runs out, the kernel takes the app before the environment server, as far as the app leaves its score alone.
 */
export const runAndReport =
  '{ echo 1000 > /proc/self/oom_score_adj; } 2>/dev/null; "$@" 3>&-; code=$?; times >&3; exit $code'

/** Options of prlimit(1) for one app: no core dumps, no file larger than all it may have on disk, and a bound on its tasks. */
export function resourceLimits({
  processesMax,
  diskBytesMax,
}: {
  processesMax: number
  diskBytesMax: number
}): string[] {
  return ['--core=0', `--fsize=${diskBytesMax}`, ...taskLimit(processesMax)]
}

/**
 * Since Linux 5.14 RLIMIT_NPROC counts a user within a user namespace; before, all of the user's processes on the machine,
 * so that one app's limit would be another's failure.
 */
function taskLimit(processesMax: number, kernel = release()): string[] {
  const [major = 0, minor = 0] = kernel.split('.').map(Number)
  if (major < 5 || (major === 5 && minor < 14)) return []
  return [`--nproc=${processesMax * tasksPerProcess + tasksSpare}`]
}
