import type { Assertion } from '@postern/protocol'
import { expect, test } from 'vitest'
import { indicatorFace } from './indicator-faces.ts'

test('LIB-8: an indicator is shown by the status that keeps it from being exported, as queries name it', () => {
  const word = (active: boolean, ...said: [boolean, string][]) =>
    indicatorFace({ active, assertions: said.map(([on, status]) => ({ active: on, status }) as Assertion) }).word
  expect(word(true, [true, 'Expired'], [true, 'Active'])).toBe('Active')
  expect(word(false, [true, 'Expired'], [false, 'Expired'])).toBe('Expired')
  expect(word(false, [true, 'Whitelisted'], [true, 'Review'])).toBe('Whitelisted, Review')
  expect(word(false, [false, 'Active'])).toBe('Inactive')
  expect(word(false)).toBe('Not in force')
})
