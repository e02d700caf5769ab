import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { MemoryOfApp } from './memory-of-app.ts'
import { type ProcessEntry, readProcessTable } from './process-table.ts'

test('ES-25: processes that end between the look at all and the look into each hold no memory any more', () => {
  const [pageBytes, pages] = [4096, 100_000]
  const own = readProcessTable().get(process.pid)
  if (own === undefined) throw new Error('this process is not in the table')
  const ended = (): ProcessEntry => ({ ...own, pid: spawnSync('true').pid, memoryPages: pages })
  const memory = new MemoryOfApp(pageBytes, { memoryBytesMax: pageBytes * pages, processesMax: 12 })
  expect(memory.now([own, ended(), ended(), ended()], 4)).toBeLessThan(pageBytes * pages)
})
