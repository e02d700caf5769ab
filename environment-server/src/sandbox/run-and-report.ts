import { release } from 'node:os'
import type { LaunchRequest } from './confinement.ts'
import { openProxyPort } from './proxy-port.ts'

/** Threads count as tasks, and a JVM or Node has dozens: the exact bound on processes is watched, this one stops a fork bomb. */
const tasksPerProcess = 16
const tasksSpare = 64

/** `$0` of the shell that starts an app: a word among the arguments of each process of a scaffold. */
export const scaffoldName = 'postern-app'

/**
 * Asks the server whether to begin, and starts nothing without an answer. It has journaled the process by then. And it lived after the
 * scaffold was bound to it, so that the kernel ends the scaffold with it. That the line can be written says nothing: of a process that
 * was killed the files are the last to go, milliseconds after the word of its end.
 */
const askServer = 'echo 2>/dev/null >&3 && read -r begin <&3 || exit 125'

/**
 * Runs "$@" and then says on file descriptor 3 what it used. The app itself gets neither that descriptor nor the next. Where the
 * machine's memory runs out, the kernel takes the app before the environment server, as far as the app leaves its score alone.
 */
export const runAndReport = `${askServer}; { echo 1000 > /proc/self/oom_score_adj; } 2>/dev/null; "$@" 3>&- 4>&-; code=$?; times >&3; exit $code`

/**
 * What the shell does for one app: the way out, where the app's own network needs one; no core dumps, no file larger than all it may
 * have on disk, and a bound on its tasks; then `runAndReport`. The shell sets the limits by itself, since each program more takes a
 * millisecond of every start; an app whose limits cannot be set does not start.
 */
export function runLimited(
  {
    processesMax,
    diskBytesMax,
    needsProxyPort,
  }: Pick<LaunchRequest, 'processesMax' | 'diskBytesMax' | 'needsProxyPort'>,
  { wayOut = false, countsUserAlone = false }: { wayOut?: boolean; countsUserAlone?: boolean } = {},
): string {
  const blocks = Math.floor(diskBytesMax / bytesOfBlock)
  const limits = ['ulimit -c 0', `ulimit -f ${blocks}`, ...taskLimit(processesMax, countsUserAlone)]
  const opened = wayOut && needsProxyPort ? `${openProxyPort()}; ` : ''
  return `${opened}${limits.join(' && ')} || exit 126; ${runAndReport}`
}

/** POSIX, ulimit: the unit of -f. */
const bytesOfBlock = 512

/**
 * Since Linux 5.14 RLIMIT_NPROC counts a user within a user namespace; before, all of the user's processes on the machine,
 * so that one app's limit would be another's failure. Shells call it -u, and dash -p.
 */
function taskLimit(processesMax: number, countsUserAlone: boolean, kernel = release()): string[] {
  const [major = 0, minor = 0] = kernel.split('.').map(Number)
  if (!countsUserAlone && (major < 5 || (major === 5 && minor < 14))) return []
  const tasks = tasksMaxFor(processesMax)
  return [`{ ulimit -u ${tasks} 2>/dev/null || ulimit -p ${tasks}; }`]
}

/** Tasks, as the kernel counts them, of an app with so many processes. */
export function tasksMaxFor(processesMax: number): number {
  return processesMax * tasksPerProcess + tasksSpare
}
