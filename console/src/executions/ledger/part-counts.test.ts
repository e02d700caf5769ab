import type { Ledger } from '@postern/protocol'
import { expect, test } from 'vitest'
import { defaultPart, hasEntries, itemCount, partCounts } from './part-counts.ts'

const ledger: Ledger = {
  batches: 2,
  created: 5,
  updated: 0,
  unchanged: 7,
  deleted: 0,
  refused: 0,
  groupsCreated: 0,
  groupsUpdated: 0,
  groupsUnchanged: 0,
  unmapped: [],
}

test('unmapped things are counted by how often they came, not by kinds', () => {
  const unmapped = [
    { what: 'a', reason: 'r', count: 14, examples: [] },
    { what: 'b', reason: 'r', count: 3, examples: [] },
  ]
  expect(partCounts({ ...ledger, unmapped })).toMatchObject({ unmapped: 17, created: 5 })
})

test('trouble is opened first, then the first part that holds something', () => {
  expect(defaultPart(partCounts({ ...ledger, refused: 1 }))).toBe('refused')
  expect(defaultPart(partCounts(ledger))).toBe('created')
  expect(defaultPart(partCounts({ ...ledger, created: 0 }))).toBe('unchanged')
  expect(defaultPart(partCounts({ ...ledger, created: 0, unchanged: 0 }))).toBe('created')
})

test('groups and what was refused are items too; what could not be mapped was never one', () => {
  const unmapped = [{ what: 'a', reason: 'r', count: 14, examples: [] }]
  expect(itemCount({ ...ledger, refused: 2, groupsCreated: 1, groupsUpdated: 3, groupsUnchanged: 4, unmapped })).toBe(
    22,
  )
})

test('a ledger has something to show after a batch, or when something could not be mapped', () => {
  const unmapped = [{ what: 'a', reason: 'r', count: 1, examples: [] }]
  expect(hasEntries(ledger)).toBe(true)
  expect(hasEntries({ ...ledger, batches: 0 })).toBe(false)
  expect(hasEntries({ ...ledger, batches: 0, unmapped })).toBe(true)
})
