import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
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

// Whoever starts the tests may have another: they compare modes, and start programs as users who own none of their files.
process.umask(0o022)

// vitest has a setting for expect.poll alone.
const { waitFor, waitUntil } = vi
const patient = (options?: number | { timeout?: number; interval?: number }) =>
  typeof options === 'number' ? options : { timeout: patienceMs, ...options }
vi.waitFor = (condition, options) => waitFor(condition, patient(options))
vi.waitUntil = (condition, options) => waitUntil(condition, patient(options))

/**
 * argon2id is made to cost, and was a third of what a worker did for some of the hub's files. In a worker it is the same function of
 * less memory, its own figures still part of what it makes; hubs that run as processes have all of it. Once a worker, which the files share.
 */
const { argon2 } = crypto
if (argon2.name === 'argon2') {
  crypto.argon2 = function quickArgon2(algorithm, parameters, done) {
    const associatedData = Buffer.from(`${parameters.memory} ${parameters.passes}`)
    argon2(algorithm, { ...parameters, associatedData, memory: 8 * parameters.parallelism, passes: 1 }, done)
  }
  syncBuiltinESMExports()
}
