import { readdirSync, readFileSync } from 'node:fs'

export type SeenProcess = {
  pid: number
  /** Its arguments, joined by spaces. */
  command: string
  /** Real, effective, saved and file-system user id, by the machine's own count. */
  uids: number[]
}

/** Every process that descends from `pid`, itself included, as /proc has it at this instant. */
export function processTree(pid: number): SeenProcess[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = readOrGone(`/proc/${name}/stat`)
    // The name in parentheses may itself hold blanks and parentheses; the parent is the second field after it.
    const parent = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1]
    if (parent !== undefined) parents.set(Number(name), Number(parent))
  }
  return [...parents.keys()].filter((candidate) => descends(candidate, pid, parents)).flatMap(look)
}

/** Whether a process runs; one that has ended and waits to be noticed does not. */
export function isRunning(pid: number): boolean {
  const stat = readOrGone(`/proc/${pid}/stat`)
  return stat !== undefined && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
}

function descends(pid: number, ancestor: number, parents: ReadonlyMap<number, number>): boolean {
  for (let at: number | undefined = pid; at !== undefined && at !== 0; at = parents.get(at)) {
    if (at === ancestor) return true
  }
  return false
}

function look(pid: number): SeenProcess[] {
  const status = readOrGone(`/proc/${pid}/status`)
  const command = readOrGone(`/proc/${pid}/cmdline`)?.split('\0').join(' ').trim()
  const uids = /^Uid:\s+(.+)$/m
    .exec(status ?? '')?.[1]
    ?.split(/\s+/)
    .map(Number)
  return command === undefined || uids === undefined ? [] : [{ pid, command, uids }]
}

/** A process may end between two looks at it. */
function readOrGone(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
