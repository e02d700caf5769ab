import type { IndicatorStatus } from '@postern/protocol'
import { expect, test } from 'vitest'
import { indicatorFace } from './indicator-faces.ts'

test('LIB-8: an indicator is shown by the status that keeps it from being exported, as queries name it', () => {
  const word = (active: boolean, ...statuses: IndicatorStatus[]) => indicatorFace({ active, statuses }).word
  expect(word(true, 'Active', 'Expired')).toBe('Active')
  expect(word(false, 'Expired')).toBe('Expired')
  expect(word(false, 'Review', 'Whitelisted')).toBe('Review, Whitelisted')
  expect(word(false, 'Active', 'Indirect')).toBe('Inactive')
  expect(word(false, 'Active', 'Expired')).toBe('Inactive, Expired')
})
