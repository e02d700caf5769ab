import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockFolder, requireUnlocked } from './folder-lock.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'postern-lock-'))))
afterEach(() => rmSync(folder, { recursive: true }))

test('D19: a folder that is held is refused by name and process, and is free once it was let go', () => {
  const unlock = lockFolder(folder, 'Postern')
  const refusal = `Postern already runs on ${folder} (process ${process.pid}).`
  expect(() => lockFolder(folder, 'Postern')).toThrow(refusal)
  expect(() => requireUnlocked(folder, 'Postern')).toThrow(refusal)
  unlock()
  requireUnlocked(folder, 'Postern')
  lockFolder(folder, 'Postern')()
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['a process that is gone', '4194305 0f5c1d52-0000-4000-8000-000000000000 17\n'],
  ['a process whose number another one has by now', `${process.pid} 0f5c1d52-0000-4000-8000-000000000000 17\n`],
  ['a process that never said when it started', `${process.pid}\n`],
  ['nobody', ''],
])('the lock that %s left behind holds nobody up', (_, left) => {
  writeFileSync(join(folder, 'lock'), left)
  requireUnlocked(folder, 'Postern')
  const unlock = lockFolder(folder, 'Postern')
  expect(() => lockFolder(folder, 'Postern')).toThrow(String(process.pid))
  unlock()
})
