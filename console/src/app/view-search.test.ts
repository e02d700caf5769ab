import { expect, test } from 'vitest'
import { viewSearch } from './view-search.ts'

const search = viewSearch('view', ['lists', 'tester'])

test('the address names the view that is open, but for the first', () => {
  expect(search.toOpen('tester')).toEqual({ view: 'tester' })
  expect(search.toOpen('lists')).toEqual({})
  expect(search.read({ view: 'tester', other: 'x' })).toEqual({ view: 'tester' })
})

test('where the address names no view, or the first, or none that there is, the first is open', () => {
  for (const written of [{}, { view: 'lists' }, { view: 'hologram' }, { view: ['tester'] }]) {
    expect(search.read(written)).toEqual({})
    expect(search.opened(search.read(written))).toBe('lists')
  }
})
