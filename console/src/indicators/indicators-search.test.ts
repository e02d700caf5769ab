import { expect, test } from 'vitest'
import { queryLengthMax, readIndicatorsSearch } from './indicators-search.ts'

test('a query is read from the address as it stands there, right or wrong', () => {
  expect(readIndicatorsSearch({ tql: 'typeName = "Host"', page: '7' })).toEqual({ tql: 'typeName = "Host"' })
  expect(readIndicatorsSearch({ tql: 'ratin >' })).toEqual({ tql: 'ratin >' })
})

test('no query, a blank one and one that is too long show all', () => {
  for (const tql of [undefined, '', '  ', 7, 'x'.repeat(queryLengthMax + 1)]) {
    expect(readIndicatorsSearch({ tql })).toEqual({})
  }
})
