import { expect, test } from 'vitest'
import { attributeTypeOf, draftOf } from './attribute-type-draft.ts'

const ticket = {
  id: '7',
  name: 'Ticket',
  description: 'Number of the case',
  indicatorTypes: ['Address', 'Host'],
  groupTypes: [],
  lengthMax: 12,
  pattern: 'SOC-[0-9]+',
  choices: null,
}

test('LIB-1: an attribute type that is opened and saved stays what it is', () => {
  const { id: _, choices: __, ...rules } = ticket
  expect(attributeTypeOf(draftOf(ticket))).toEqual(rules)
})

test('LIB-1: a new attribute type has no rules but those that are written', () => {
  const fresh = { ...draftOf(undefined), name: ' Verdict ' }
  expect(attributeTypeOf(fresh)).toEqual({ name: 'Verdict' })
  expect(attributeTypeOf({ ...fresh, choices: 'bad\n\n good \n' })).toEqual({
    name: 'Verdict',
    choices: ['bad', 'good'],
  })
})

test('LIB-1: rules that nothing could keep are told before they are sent, each at its field', () => {
  const fresh = { ...draftOf(undefined), name: 'Verdict' }
  expect(attributeTypeOf({ ...fresh, name: ' ' })).toHaveProperty('mistakes.name')
  expect(attributeTypeOf({ ...fresh, lengthMax: '0' })).toHaveProperty('mistakes.lengthMax')
  expect(attributeTypeOf({ ...fresh, groups: { which: 'some', types: [] } })).toHaveProperty('mistakes.groupTypes')
  const none = { which: 'none', types: [] } as const
  expect(
    attributeTypeOf({ ...fresh, indicators: { ...none, types: [] }, groups: { ...none, types: [] } }),
  ).toHaveProperty('mistakes.groups')
})
