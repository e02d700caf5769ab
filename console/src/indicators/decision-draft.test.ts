import type { Decision } from '@postern/protocol'
import { expect, test } from 'vitest'
import { decisionOf, draftOfDecision } from './decision-draft.ts'

const nothing = draftOfDecision(null)

test('a decision decides something, and says why', () => {
  expect(decisionOf({ ...nothing, reason: 'x' })).toEqual({
    mistakes: { status: 'Decide at least one: status, rating, confidence or expiry.' },
  })
  expect(decisionOf({ ...nothing, status: 'Whitelisted', reason: '  ' })).toHaveProperty('mistakes.reason')
  expect(decisionOf({ ...nothing, confidence: '101', reason: 'x' })).toHaveProperty('mistakes.confidence')
  expect(decisionOf({ ...nothing, rating: '0', reason: ' Ours ', until: '2026-12-01T08:00' })).toEqual({
    rating: 0,
    reason: 'Ours',
    until: '2026-12-01T08:00:00.000Z',
  })
})

test('a stored decision comes back into its form', () => {
  const stored: Decision = {
    status: 'Expired',
    rating: null,
    confidence: 5,
    expiresAt: '2026-12-01T08:00:17.000Z',
    reason: 'Old',
    until: null,
    decidedBy: 'chief',
    decidedAt: '2026-11-21T08:00:00.000Z',
  }
  const draft = draftOfDecision(stored)
  const asItWas = { status: 'Expired', confidence: 5, expiresAt: '2026-12-01T08:00:17.000Z', reason: 'Old' }
  expect(decisionOf(draft, stored)).toEqual(asItWas)
  expect(decisionOf({ ...draft, expiresAt: '2026-12-02T08:00' }, stored)).toEqual({
    ...asItWas,
    expiresAt: '2026-12-02T08:00:00.000Z',
  })
  expect(decisionOf({ ...draft, expiresAt: '' }, stored)).not.toHaveProperty('expiresAt')
})
