import { parseTql } from '@postern/intel'
import { expect, test } from 'vitest'
import { withTrait } from './with-trait.ts'

test('a trait widens or narrows a query, and what was written stays', () => {
  const both = 'tag = "a" and rating > 3'
  expect(withTrait(both, 'tag = "b"', 'narrow')).toBe('tag = "a" and rating > 3 and tag = "b"')
  expect(withTrait(both, 'tag = "b"', 'widen')).toBe('(tag = "a" and rating > 3) or tag = "b"')
  expect(withTrait('tag = "a" or rating > 3', 'tag = "b"', 'narrow')).toBe('(tag = "a" or rating > 3) and tag = "b"')
  expect(withTrait('tag = "a"', 'tag = "b"', 'widen')).toBe('tag = "a" or tag = "b"')
})

test('what comes out can be read', () => {
  for (const use of ['widen', 'narrow'] as const) {
    expect(parseTql(withTrait('not (tag = "a" or tag = "c")', 'hasGroup(name = "x")', use)).ok).toBe(true)
  }
})
