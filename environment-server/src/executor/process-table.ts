import { readdirSync, readFileSync, statSync } from 'node:fs'

/** A process, told apart from a later one that was given the same number. */
export type ProcessIdentity = { pid: number; startTicks: string }

export type ProcessEntry = ProcessIdentity & {
  /** Name of its program, as far as the kernel keeps it. */
  command: string
  parentPid: number
  groupId: number
  zombie: boolean
  /** Own time and that of children it has waited for, in clock ticks. */
  cpuTicks: number
  memoryPages: number
}

/** One reading of /proc, shared by all attempts: about 20 µs a process. */
export type ProcessTable = ReadonlyMap<number, ProcessEntry>

export function readProcessTable(): ProcessTable {
  const table = new Map<number, ProcessEntry>()
  for (const name of readdirSync('/proc')) {
    if (!/^[0-9]+$/.test(name)) continue
    const entry = readProcess(Number(name))
    if (entry) table.set(entry.pid, entry)
  }
  return table
}

/** proc(5), `/proc/pid/stat`. The name in parentheses may hold anything, so fields are counted from the last `)`. */
export function readProcess(pid: number): ProcessEntry | undefined {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    // It ended between the listing and the reading.
    return undefined
  }
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const field = (number: number) => fields[number - 3] ?? '0'
  return {
    pid,
    command: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
    zombie: field(3) === 'Z',
    parentPid: Number(field(4)),
    groupId: Number(field(5)),
    cpuTicks: Number(field(14)) + Number(field(15)) + Number(field(16)) + Number(field(17)),
    startTicks: field(22),
    memoryPages: Number(field(24)),
  }
}

/**
 * The root process, all it descends to, and whoever shares its process group. In a PID namespace of its own nothing leaves the
 * tree, since orphans fall to the namespace's first process; without one, an orphan that also left the group is found by its user id,
 * where the app has one of its own, and else lost to us.
 */
export function processTree(table: ProcessTable, root: number, userId?: number): ProcessEntry[] {
  const children = new Map<number, ProcessEntry[]>()
  for (const entry of table.values()) {
    const siblings = children.get(entry.parentPid)
    if (siblings) siblings.push(entry)
    else children.set(entry.parentPid, [entry])
  }
  const tree = new Map<number, ProcessEntry>()
  const open: ProcessEntry[] = []
  for (const entry of table.values()) {
    if (entry.pid === root || entry.groupId === root || isOf(userId, entry)) open.push(entry)
  }
  for (let entry = open.pop(); entry; entry = open.pop()) {
    if (tree.has(entry.pid)) continue
    tree.set(entry.pid, entry)
    open.push(...(children.get(entry.pid) ?? []))
  }
  return [...tree.values()]
}

/** One that ended as an orphan of an earlier app, and that nobody has taken notice of yet, is of no app. */
function isOf(userId: number | undefined, { pid, zombie }: ProcessEntry): boolean {
  return userId !== undefined && !zombie && statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === userId
}
