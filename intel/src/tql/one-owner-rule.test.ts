import { expect, test } from 'vitest'
import { asksMuchOfOneOwner } from '../index.ts'

test.each([
  'hasTag(name = "apt") and hasTag(name = "botnet")',
  'typeName = "Host" and rating > 3 and ownerName = "Feed"',
  'rating > 3 and (typeName = "Host" or confidence > 50)',
  'not (rating > 3 or confidence > 50)',
  'hasAllTags(name in ("apt", "botnet"))',
])('LIB-3: more than one thing is asked of one owner’s assertion by %s', (tql) => {
  expect(asksMuchOfOneOwner(tql)).toBe(true)
})

test.each([
  'summary = "example.com"',
  'rating > 3',
  'typeName = "Host" and summary contains "example" and rating > 3',
  'rating > 3 or confidence > 50',
  'not (rating > 3 and confidence > 50)',
  'hasTag(name = "apt" and techniqueId = "T1566")',
  '',
  'rating >',
])('LIB-3: one thing at most is asked of one owner’s assertion by %s', (tql) => {
  expect(asksMuchOfOneOwner(tql)).toBe(false)
})
