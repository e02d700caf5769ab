import { parseTql } from '@postern/intel'
import { expect, test } from 'vitest'
import { queryExamples } from './query-example-list.ts'

test.each(queryExamples)('the example $tql is a query', ({ tql }) => {
  expect(parseTql(tql, 'indicator')).toMatchObject({ ok: true })
})
