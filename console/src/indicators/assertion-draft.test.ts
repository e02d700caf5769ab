import type { StatedAssertion } from '@postern/protocol'
import { expect, test } from 'vitest'
import { assertionOf, draftOfAssertion } from './assertion-draft.ts'

const said: StatedAssertion = {
  rating: 4.5,
  confidence: 80,
  active: true,
  status: 'Active',
  firstSeen: '2026-01-01T10:11:12.345Z',
  lastSeen: null,
  expiresAt: '2036-01-01T00:00:30.000Z',
  tags: ['apt', 'a, b'],
  securityLabels: ['TLP:AMBER'],
  attributes: [{ type: 'Description', value: 'x', source: null, displayed: true, pinned: false }],
}

test('LIB-1: what nobody touched is sent as it was, to the millisecond', () => {
  expect(assertionOf(draftOfAssertion(said), said)).toEqual(said)
})

test('LIB-1: what is emptied is not said any more', () => {
  const draft = { ...draftOfAssertion(said), rating: '', confidence: '', expiresAt: '', tags: [], attributes: [] }
  expect(assertionOf(draft, said)).toEqual({
    ...said,
    rating: null,
    confidence: null,
    expiresAt: null,
    tags: [],
    attributes: [],
  })
})

test('LIB-1: a blank value that a feed left stays, and one that is typed is told', () => {
  const blank = { ...said, attributes: [{ type: 'Note', value: ' ', source: null, displayed: false, pinned: false }] }
  const draft = draftOfAssertion(blank)
  expect(assertionOf({ ...draft, rating: '1' }, blank)).toEqual({ ...blank, rating: 1 })
  expect(
    assertionOf({ ...draft, attributes: draft.attributes.map((each) => ({ ...each, value: '' })) }, blank),
  ).toEqual({
    mistakes: { 'attribute0.value': 'Write its value, or take the attribute out.' },
  })
})

test('LIB-1: what cannot be sent is told by its field', () => {
  const draft = draftOfAssertion(said)
  const attributes = [
    ...draft.attributes,
    { key: 7, type: ' ', value: '', source: '', displayed: false, pinned: false },
  ]
  expect(assertionOf({ ...draft, confidence: '101', attributes }, said)).toEqual({
    mistakes: {
      confidence: 'A confidence is from 0 to 100.',
      'attribute7.type': 'Name its type.',
      'attribute7.value': 'Write its value, or take the attribute out.',
    },
  })
})
