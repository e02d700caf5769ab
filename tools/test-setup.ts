import { configureGlobal } from 'fast-check'

/** Cases of a property: few in every run of the tests, many in a soak. */
const casesOf = { test: 100, soak: 5_000 } as const

const seed = process.env['POSTERN_TEST_SEED']
configureGlobal({
  numRuns: process.env['POSTERN_SOAK'] === '1' ? casesOf.soak : casesOf.test,
  ...(seed === undefined || seed === '' ? {} : { seed: Number(seed) }),
})
