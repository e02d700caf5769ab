import { release } from 'node:os'

/** Threads count as tasks, and a JVM or Node has dozens: the exact bound on processes is watched, this one stops a fork bomb. */
const tasksPerProcess = 16
const tasksSpare = 64

/** Runs "$@" and then says on file descriptor 3 what it used. The app itself does not get that descriptor. */
export const runAndReport = '"$@" 3>&-; code=$?; times >&3; exit $code'

/**
 * Since Linux 5.14 RLIMIT_NPROC counts a user within a user namespace; before, all of the user's processes on the machine,
 * so that one app's limit would be another's failure.
 */
export function taskLimit(processesMax: number, kernel = release()): string[] {
  const [major = 0, minor = 0] = kernel.split('.').map(Number)
  if (major < 5 || (major === 5 && minor < 14)) return []
  return [`--nproc=${processesMax * tasksPerProcess + tasksSpare}`]
}
