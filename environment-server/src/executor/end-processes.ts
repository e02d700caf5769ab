import { readdirSync, readFileSync } from 'node:fs'
import { type AppUser, endProcessesOf, runAsUser } from '../sandbox/app-user.ts'
import { scaffoldName } from '../sandbox/run-and-report.ts'
import { processTree, readProcess, readProcessTable, type ProcessIdentity, type ProcessTable } from './process-table.ts'

/**
 * Asks the app to end, and leaves its scaffold alone: it has yet to report how the app ended. Returns whether anybody was asked;
 * a scaffold that is still being set up has no app yet.
 */
export function terminateApp(root: number, scaffoldDepth: number, user?: AppUser): boolean {
  const table = readProcessTable()
  // With the entry of setup-sandbox.sh sudo becomes what it starts; with another it may stay, to close a session.
  const depth = scaffoldDepth + (user && table.get(root)?.command === 'sudo' ? 1 : 0)
  const app = processTree(table, root, user?.userId).filter(({ pid }) => depthBelow(table, pid, root) >= depth)
  // What sudo cannot do now is done by force when the grace period is over.
  if (user && app.length > 0)
    runAsUser(
      user,
      'kill -TERM "$@"',
      app.map(({ pid }) => String(pid)),
    ).catch(() => undefined)
  else for (const { pid } of app) signal(pid, 'SIGTERM')
  return app.length > 0
}

/** Ends everything, scaffold and app. In a PID namespace the first process takes all others with it. */
export function killTree(root: number, user?: AppUser): void {
  // A user that runs nothing else. The end of an app that went on all the same is waited for, and tried again, when it is cleared up.
  if (user) return void endProcessesOf(user).catch(() => undefined)
  const tree = processTree(readProcessTable(), root)
  for (const { pid } of tree) signal(pid, 'SIGKILL')
}

/** Ends what a killed server left, if the number still means the same process. Returns whether there was anything. */
export function killLeftover({ pid, startTicks }: ProcessIdentity): boolean {
  const entry = readProcess(pid)
  // What has ended, and only waits for somebody to notice, may be another user's: it cannot be ended, and need not be.
  if (!entry || entry.startTicks !== startTicks || entry.zombie) return false
  killTree(pid)
  return true
}

/**
 * Ends the scaffolds of attempts below this folder; only called where no app runs. Those are left of a server that was killed while it
 * started them, when its journal did not know of them yet, or when they were not bound to its life. Returns how many there were.
 */
export function endScaffolds(jobsFolder: string): number {
  return readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name) && isScaffold(name, jobsFolder) && end(name))
    .length
}

/** By its arguments: bubblewrap gets the attempt's folders as words, and the shell of `unshare` has them in its script. */
function isScaffold(pid: string, jobsFolder: string): boolean {
  const words = argumentsOf(pid)
  const namesFolder = (word: string) => word.startsWith(`${jobsFolder}/`) || word.includes(`'${jobsFolder}/`)
  return words.includes(scaffoldName) && words.some(namesFolder)
}

function argumentsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    // It ended meanwhile.
    return []
  }
}

/** What runs as another user is that user's to end. */
function end(pid: string): boolean {
  try {
    return process.kill(Number(pid), 'SIGKILL')
  } catch {
    return false
  }
}

function depthBelow(table: ProcessTable, pid: number, root: number): number {
  let depth = 0
  for (let current = pid; current !== root; depth += 1) {
    const parent = table.get(current)?.parentPid
    // An orphan that only shares the group belongs to the app.
    if (parent === undefined || parent <= 1) return Number.POSITIVE_INFINITY
    current = parent
  }
  return depth
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
