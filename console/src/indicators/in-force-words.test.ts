import type { Assertion, Decision } from '@postern/protocol'
import { expect, test } from 'vitest'
import { inForceWords } from './in-force-words.ts'

const said = { rating: 3, confidence: 40, active: true, status: 'Active', expiresAt: null }
const assertion = { ...said, said } as Assertion
const decision = { status: null, rating: null, confidence: 99, expiresAt: null, decidedBy: 'ada' } as Decision

test('LIB-8: what a decision put in force is told apart from what the owner said, and from what rules made of it, each in a sentence', () => {
  expect(inForceWords(assertion, null)).toBe('')
  expect(inForceWords({ ...assertion, confidence: 99 }, decision)).toBe('Confidence 99, by the decision of ada.')
  expect(inForceWords({ ...assertion, confidence: 99, status: 'Expired', active: false }, decision)).toBe(
    'Confidence 99, by the decision of ada. Expired, inactive, by rules, sightings and reports; the sum stands below.',
  )
  expect(inForceWords({ ...assertion, confidence: 20 }, null)).toMatch(/^Confidence 20, by rules/)
})
