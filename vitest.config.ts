import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './tools/longest-first.ts'
import { patienceMs } from './dev/src/environment-server/wait-for.ts'
import { roomyMemory } from './hub/src/database/test-roomy-memory.ts'

// Half the processor time of a start from source, for the workers and for every program that a test starts without another word.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.compile-cache')

// Many small files are written by the tests: a busy disk takes processor time for each of them.
const memory = roomyMemory()
if (memory !== undefined) process.env['POSTERN_TEST_MEMORY'] ??= memory

const isSoak = process.env['POSTERN_SOAK'] === '1'
// What tests draw at random is the same in every run and on every machine; a soak draws anew.
if (!isSoak) process.env['POSTERN_TEST_SEED'] ||= '20261122'

const hungMs = isSoak ? 3_600_000 : 600_000

export default defineConfig({
  test: {
    include: ['**/src/**/*.test.ts', 'apps/**/*.test.ts', 'tools/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // A file leaves nothing behind: what it starts is of its own, and it ends it. So the files share a worker's modules, whose loading
    // would take a second of each file.
    isolate: false,
    setupFiles: ['tools/test-setup.ts'],
    sequence: { sequencer: LongestFirst },
    // Not how long anything may take: only an end for what hangs, on the slowest machine. Soaks take long by design.
    testTimeout: hungMs,
    hookTimeout: hungMs,
    expect: { poll: { timeout: patienceMs } },
    pool: 'forks',
    // One more than the cores of a small machine: much of the tests waits for processes and deadlines. With more of them a slow machine
    // is too long with each for the patience of its waits.
    maxWorkers: 3,
  },
})
