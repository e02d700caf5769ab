import { hostileCorpus, parseTql } from '@postern/intel'
import { expect, test } from 'vitest'
import { readQuickFilters, withQuickFilter } from './quick-filters.ts'

test('a filter is written into the query as a condition, and read out of it again', () => {
  let tql = withQuickFilter('', 'type', 'Host')
  expect(tql).toBe('typeName = "Host"')
  tql = withQuickFilter(tql, 'rating', '3')
  tql = withQuickFilter(tql, 'added', 'NOW() - 7 DAYS')
  expect(tql).toBe('typeName = "Host" and rating >= 3 and dateAdded >= "NOW() - 7 DAYS"')
  expect(readQuickFilters(tql)).toEqual({ type: 'Host', rating: '3', added: 'NOW() - 7 DAYS' })
})

test('another value takes the place of the first, and none takes the condition away', () => {
  const tql = 'typeName = "Host" and summary like "%.example.com"'
  expect(withQuickFilter(tql, 'type', 'URL')).toBe('typeName = "URL" and summary like "%.example.com"')
  expect(withQuickFilter(tql, 'type', undefined)).toBe('summary like "%.example.com"')
  expect(withQuickFilter('typeName = "Host"', 'type', undefined)).toBe('')
  expect(withQuickFilter('(rating > 1 or confidence > 1) and typeName = "Host"', 'type', undefined)).toBe(
    'rating > 1 or confidence > 1',
  )
})

test('what a person wrote stays as written, and an “or” is asked for as a whole', () => {
  expect(withQuickFilter('TYPENAME  =  "Host"   ', 'rating', '2')).toBe('TYPENAME  =  "Host" and rating >= 2')
  expect(withQuickFilter('rating > 3 or confidence > 90', 'tag', 'apt')).toBe(
    '(rating > 3 or confidence > 90) and tag = "apt"',
  )
})

test('conditions that no filter wrote are not taken for one', () => {
  const tql = 'typeName in ("Host", "URL") and rating > 2 and not tag = "old" and (ownerName = "a" or ownerName = "b")'
  expect(readQuickFilters(tql)).toEqual({})
})

test('a query that cannot be read is left alone', () => {
  expect(readQuickFilters('ratin > 3')).toBeUndefined()
  expect(withQuickFilter('ratin > 3', 'type', 'Host')).toBe('ratin > 3')
})

test('S6: whatever a tag or an owner is called, it stays one text of the query', () => {
  for (const { text } of hostileCorpus) {
    const tql = withQuickFilter('rating > 1 or rating < 1', 'tag', text)
    expect(parseTql(tql)).toMatchObject({ ok: true, query: { kind: 'and', operands: [{}, { keyword: 'tag' }] } })
    expect(readQuickFilters(tql)).toEqual({ tag: text })
  }
})
