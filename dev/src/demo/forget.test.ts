import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forget } from './forget.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'postern-forget-'))))
afterEach(() => rmSync(folder, { recursive: true }))

test('D19: --fresh empties a data folder, and one that is not there is as good as empty', () => {
  mkdirSync(join(folder, 'cluster/data'), { recursive: true })
  writeFileSync(join(folder, 'secret.key'), 'key')
  forget(folder)
  expect(readdirSync(folder)).toEqual([])
  forget(join(folder, 'nowhere'))
})

test('D19: --fresh leaves a folder alone that holds anything else', () => {
  writeFileSync(join(folder, 'thesis.tex'), 'ten years')
  expect(() => forget(folder)).toThrow('is no data folder of Postern')
  expect(readdirSync(folder)).toEqual(['thesis.tex'])
})
