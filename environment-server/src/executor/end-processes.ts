import { processTree, readProcess, readProcessTable, type ProcessIdentity, type ProcessTable } from './process-table.ts'

/**
 * Asks the app to end, and leaves its scaffold alone: it has yet to report how the app ended. Returns whether anybody was asked;
 * a scaffold that is still being set up has no app yet.
 */
export function terminateApp(root: number, scaffoldDepth: number): boolean {
  const table = readProcessTable()
  const app = processTree(table, root).filter(({ pid }) => depthBelow(table, pid, root) >= scaffoldDepth)
  for (const { pid } of app) signal(pid, 'SIGTERM')
  return app.length > 0
}

/** Ends everything, scaffold and app. In a PID namespace the first process takes all others with it. */
export function killTree(root: number): void {
  const tree = processTree(readProcessTable(), root)
  for (const { pid } of tree) signal(pid, 'SIGKILL')
}

/** Ends what a killed server left, if the number still means the same process. Returns whether there was anything. */
export function killLeftover({ pid, startTicks }: ProcessIdentity): boolean {
  const entry = readProcess(pid)
  if (!entry || entry.startTicks !== startTicks) return false
  killTree(pid)
  return true
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
