import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CgroupFiles } from './cgroup-files.ts'
import { OwnCgroup } from './own-cgroup.ts'

/**
 * A folder stands in for the kernel's cgroup v2, so that what is written where can be looked at on any machine. That the kernel then
 * does as it is told is not proved here.
 */
let root: string
beforeEach(() => (root = mkdtempSync('/tmp/postern-cgroup-')))
afterEach(() => rmSync(root, { recursive: true }))

const slice = '/sys/fs/cgroup/system.slice/postern-envsvr.service'
const files: CgroupFiles = {
  read: (path) => readFileSync(root + path, 'utf8'),
  write: (path, text) => writeFileSync(root + path, text),
  makeFolder: (path) => mkdirSync(root + path),
  removeFolder: (path) => rmSync(root + path, { recursive: true }),
}

function given(path: string, text: string): void {
  mkdirSync(dirname(root + path), { recursive: true })
  writeFileSync(root + path, text)
}

function delegated(controllers = 'cpuset cpu io memory pids'): OwnCgroup | string {
  given('/proc/self/cgroup', '0::/system.slice/postern-envsvr.service\n')
  given(join(slice, 'cgroup.controllers'), `${controllers}\n`)
  return OwnCgroup.take(files, 4711)
}

const limits = { memoryBytesMax: 300 * 1024 * 1024, processesMax: 10 }

test('ES-25: in a delegated slice the server moves aside, and hands on memory, pids and cpu', () => {
  expect(delegated()).toBeInstanceOf(OwnCgroup)
  expect(files.read(join(slice, 'server/cgroup.procs'))).toBe('4711')
  expect(files.read(join(slice, 'cgroup.subtree_control'))).toBe('+memory +pids +cpu')
})

test('ES-25: a server that is started again in the same slice takes it again', () => {
  delegated()
  expect(delegated()).toBeInstanceOf(OwnCgroup)
})

test('ES-25: each app has a cgroup with its limits, is put into it, and it goes with the app', () => {
  const own = delegated() as OwnCgroup
  const app = own.forApp('12-1', limits)
  app.add(815)
  const folder = join(slice, 'app-12-1')
  const written = (name: string) => files.read(join(folder, name))
  expect(written('memory.max')).toBe(String(limits.memoryBytesMax))
  expect(written('memory.swap.max')).toBe('0')
  expect(written('memory.oom.group')).toBe('1')
  // Threads count too: sixteen a process, and some to spare.
  expect(written('pids.max')).toBe('224')
  expect(written('cpu.max')).toMatch(/^\d+ 100000$/)
  expect(written('cgroup.procs')).toBe('815')
  app.remove()
  expect(existsSync(root + folder)).toBe(false)
})

test('ES-25: what an app used, and whether it ran out of memory, is read from its cgroup', () => {
  const app = (delegated() as OwnCgroup).forApp('12-1', limits)
  expect(app.use()).toEqual({ cpuSeconds: 0, memoryPeakBytes: 0, wasOutOfMemory: false })
  given(join(slice, 'app-12-1/cpu.stat'), 'usage_usec 2500000\nuser_usec 1\nsystem_usec 2\n')
  given(join(slice, 'app-12-1/memory.peak'), '314572800\n')
  given(join(slice, 'app-12-1/memory.events'), 'low 0\noom 1\noom_kill 2\n')
  expect(app.use()).toEqual({ cpuSeconds: 2.5, memoryPeakBytes: 314_572_800, wasOutOfMemory: true })
})

test('ES-25: on cgroup v1, at the root, and where a controller is missing, there is none, and why is said', () => {
  given('/proc/self/cgroup', '12:memory:/user.slice\n0::/\n')
  expect(OwnCgroup.take(files)).toBe('this process has no cgroup of its own')
  expect(delegated('cpu pids')).toBe('the controllers memory were not delegated to it')
  rmSync(root + slice, { recursive: true })
  given('/proc/self/cgroup', '0::/system.slice/postern-envsvr.service\n')
  expect(OwnCgroup.take(files)).toContain('it was not delegated (ENOENT')
})
