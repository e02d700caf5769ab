import { spawn, spawnSync } from 'node:child_process'
import { expect, onTestFinished, test } from 'vitest'
import { MemoryOfApp } from './memory-of-app.ts'
import { type ProcessEntry, readProcessTable } from './process-table.ts'

test('ES-25: processes that end between the look at all and the look into each hold no memory any more', () => {
  const [pageBytes, pages] = [4096, 100_000]
  // A program that waits and holds next to nothing, on every machine.
  const cat = spawn('cat')
  onTestFinished(() => void cat.kill())
  const waiting = readProcessTable().get(cat.pid ?? 0)
  if (waiting === undefined) throw new Error('the program that waits is not in the table')
  const ended = (): ProcessEntry => ({ ...waiting, pid: spawnSync('true').pid, memoryPages: pages })
  const memory = new MemoryOfApp(pageBytes, { memoryBytesMax: pageBytes * pages, processesMax: 12 })
  expect(memory.now([waiting, ended(), ended(), ended()], 4)).toBeLessThan(pageBytes * pages)
})
