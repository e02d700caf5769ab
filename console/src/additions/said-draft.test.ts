import { expect, test } from 'vitest'
import { nothingSaid, saidOf } from './said-draft.ts'

test('LIB-1: what is left empty is not said', () => {
  expect(saidOf(nothingSaid)).toEqual({})
  expect(saidOf({ ...nothingSaid, rating: '0', confidence: '0' })).toEqual({ rating: 0, confidence: 0 })
})

test('LIB-1: tags are parted by commas, each of them once', () => {
  expect(saidOf({ ...nothingSaid, tags: ' apt, C2 ,,apt', label: 'TLP:GREEN', description: ' Seen by us ' })).toEqual({
    tag: [{ name: 'apt' }, { name: 'C2' }],
    securityLabel: [{ name: 'TLP:GREEN' }],
    attribute: [{ type: 'Description', value: 'Seen by us' }],
  })
})

test('LIB-1: a confidence above 100 is told before it is sent', () => {
  expect(saidOf({ ...nothingSaid, confidence: '101' })).toEqual({
    mistakes: { confidence: 'A confidence is from 0 to 100.' },
  })
})
