import type { ChangeReader } from '@postern/protocol'
import { expect, test } from 'vitest'
import { changedFields } from './changed-fields.ts'

const grant = { id: '5d0092c5-5f74-4287-9642-33f4c354e56d', canRead: true, canWrite: false }
const reader: ChangeReader = {
  isEnabled: true,
  networks: ['192.0.2.0/24'],
  lists: ['7'],
  taxiiCollections: [grant],
}

test('of a form that was opened and saved, nothing is sent', () => {
  expect(changedFields(reader, structuredClone(reader))).toEqual({})
})

test('what was emptied, switched off or taken back is sent, and what was not touched is left out', () => {
  expect(changedFields(reader, { ...reader, networks: [] })).toEqual({ networks: [] })
  expect(changedFields(reader, { ...reader, isEnabled: false })).toEqual({ isEnabled: false })
  const written = [{ ...grant, canWrite: true }]
  expect(changedFields(reader, { ...reader, lists: [], taxiiCollections: written })).toEqual({
    lists: [],
    taxiiCollections: written,
  })
})

test('null takes a limit away, and what stood nowhere before is new', () => {
  expect(changedFields<{ most?: number | null }>({ most: 5 }, { most: null })).toEqual({ most: null })
  expect(changedFields<{ most?: number | null }>({}, { most: 5 })).toEqual({ most: 5 })
})
