import { configureGlobal } from 'fast-check'
import { vi } from 'vitest'
import { patienceMs } from '../dev/src/environment-server/wait-for.ts'

/** Cases of a property: few in every run of the tests, many in a soak. */
const casesOf = { test: 100, soak: 5_000 } as const

const seed = process.env['POSTERN_TEST_SEED']
configureGlobal({
  numRuns: process.env['POSTERN_SOAK'] === '1' ? casesOf.soak : casesOf.test,
  ...(seed === undefined || seed === '' ? {} : { seed: Number(seed) }),
})

// vitest has a setting for expect.poll alone.
const { waitFor, waitUntil } = vi
const patient = (options?: number | { timeout?: number; interval?: number }) =>
  typeof options === 'number' ? options : { timeout: patienceMs, ...options }
vi.waitFor = (condition, options) => waitFor(condition, patient(options))
vi.waitUntil = (condition, options) => waitUntil(condition, patient(options))
