import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Holds a data folder for one supervisor; a second one is refused with the pid of the first. */
export function lockFolder(folder: string, what: string): () => void {
  const file = lockFile(folder)
  const own = `${file}.${process.pid}`
  writeFileSync(own, `${process.pid} ${startOf(process.pid)}\n`, { mode: 0o644 })
  try {
    for (;;) {
      if (isLinked(own, file)) return () => rmSync(file, { force: true })
      requireUnlocked(folder, what)
      rmSync(file, { force: true })
    }
  } finally {
    rmSync(own)
  }
}

/** A link is made whole or not at all, so nobody ever reads half a lock. */
function isLinked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return false
  }
}

/** @throws Error that names the supervisor which holds the folder, if one does */
export function requireUnlocked(folder: string, what: string): void {
  const holder = holderOf(folder)
  if (holder === undefined) return
  throw new Error(
    `${what} already runs on ${folder} (process ${holder}). Stop it first, or choose another folder with POSTERN_DATA_DIR.`,
  )
}

function lockFile(folder: string): string {
  return join(folder, 'lock')
}

/** The process that holds the lock. One that was killed leaves the file, and its number may be another's by now, so the start counts too. */
function holderOf(folder: string): number | undefined {
  let text: string
  try {
    text = readFileSync(lockFile(folder), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const [pid, ...start] = text.trim().split(' ')
  return start.length > 0 && startOf(Number(pid)) === start.join(' ') ? Number(pid) : undefined
}

/** When a process started: the boot, and clock ticks since it. Empty for a process that there is not. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold blanks; what follows is counted from field 3, and the start is field 22 (proc(5)).
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`
  } catch {
    return ''
  }
}
