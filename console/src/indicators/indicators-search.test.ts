import { expect, test } from 'vitest'
import { readIndicatorsSearch } from './indicators-search.ts'

test('a query is read from the address as it stands there, right or wrong', () => {
  expect(readIndicatorsSearch({ tql: 'typeName = "Host"', page: '7' })).toEqual({ tql: 'typeName = "Host"' })
  expect(readIndicatorsSearch({ tql: 'ratin >' })).toEqual({ tql: 'ratin >' })
  expect(readIndicatorsSearch({ tql: 'x'.repeat(10_000) })).toEqual({ tql: 'x'.repeat(10_000) })
})

test('no query and a blank one show all', () => {
  for (const tql of [undefined, '', '  ', 7]) {
    expect(readIndicatorsSearch({ tql })).toEqual({})
  }
})
