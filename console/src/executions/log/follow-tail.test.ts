import { expect, test } from 'vitest'
import { followsAfter } from './follow-tail.ts'

test('a person who goes up lets go of the end', () => {
  expect(followsAfter(true, { byPerson: true, movedPx: -40, distanceFromEndPx: 40 })).toBe(false)
})

test('a person who reaches the end takes hold of it', () => {
  expect(followsAfter(false, { byPerson: true, movedPx: 300, distanceFromEndPx: 4 })).toBe(true)
})

test('going down without reaching the end changes nothing', () => {
  expect(followsAfter(false, { byPerson: true, movedPx: 100, distanceFromEndPx: 500 })).toBe(false)
})

test('lines that grow or are measured neither take hold nor let go', () => {
  expect(followsAfter(true, { byPerson: false, movedPx: -120, distanceFromEndPx: 900 })).toBe(true)
  expect(followsAfter(false, { byPerson: false, movedPx: 120, distanceFromEndPx: 0 })).toBe(false)
})
