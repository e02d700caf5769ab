import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['**/src/**/*.test.ts', 'apps/**/*.test.ts', 'tools/**/*.test.ts', 'dev/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    setupFiles: ['tools/test-setup.ts'],
    // Soaks take long by design.
    testTimeout: process.env['POSTERN_SOAK'] === '1' ? 3_600_000 : 120_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // One more than the cores of a small machine: much of the tests waits for processes and deadlines.
    maxWorkers: 3,
  },
})
