import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './tools/longest-first.ts'
import { patienceMs } from './dev/src/environment-server/wait-for.ts'

// Half the processor time of a start from source, for the workers and for every program that a test starts without another word.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.compile-cache')

const outside = ['**/node_modules/**', '**/dist/**']
/** Packages whose tests are of functions, start nothing and leave nothing behind: their files share a worker's modules. */
const pure = ['console/src/**/*.test.ts', 'intel/src/**/*.test.ts', 'protocol/src/**/*.test.ts']
/** The hub's start much, each in a database of its own, and share modules whose loading would take half a second a file. */
const hubs = ['hub/src/**/*.test.ts']

const hungMs = process.env['POSTERN_SOAK'] === '1' ? 3_600_000 : 600_000

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'functions', include: pure, exclude: outside, isolate: false } },
      { extends: true, test: { name: 'hub', include: hubs, exclude: outside, isolate: false } },
      {
        extends: true,
        test: {
          name: 'programs',
          include: ['**/src/**/*.test.ts', 'apps/**/*.test.ts', 'tools/**/*.test.ts', 'dev/**/*.test.ts'],
          exclude: [...outside, ...pure, ...hubs],
        },
      },
    ],
    setupFiles: ['tools/test-setup.ts'],
    sequence: { sequencer: LongestFirst },
    // Not how long anything may take: only an end for what hangs, on the slowest machine. Soaks take long by design.
    testTimeout: hungMs,
    hookTimeout: hungMs,
    expect: { poll: { timeout: patienceMs } },
    pool: 'forks',
    // One more than the cores of a small machine: much of the tests waits for processes and deadlines.
    maxWorkers: 3,
  },
})
