import { expect, test } from 'vitest'
import { defaultsOf, isOn, kindOf, linesOf, valuesOf } from './parameter-kind.ts'

const known = { owners: ['CERT', 'Internal'], collections: ['Bad hosts'] }

test.each([
  [{}, 'text'],
  [{ type: 'boolean' }, 'flag'],
  [{ type: 'Choice', validValues: ['a', 'b'] }, 'choice'],
  [{ type: 'MultiChoice', validValues: ['a'] }, 'choices'],
  [{ type: 'MultiChoice', validValues: ['${ATTRIBUTES}'] }, 'lines'],
  [{ type: 'EditChoice', validValues: ['a'] }, 'suggestions'],
  [{ type: 'KeyValueList' }, 'pairs'],
  [{ type: 'String', allowMultiple: true }, 'lines'],
  [{ type: 'String', encrypt: true, validValues: ['a'] }, 'secret'],
  [{ type: 'Whatever' }, 'text'],
  [{ name: 'collection' }, 'choice'],
])('D23: %j is drawn as %s', (declared, kind) => {
  const parameter = { name: 'p', ...declared }
  expect(kindOf(parameter, valuesOf(parameter, known, ['collection']))).toBe(kind)
})

test('owners and data collections stand for the words that mean them', () => {
  expect(valuesOf({ name: 'p', validValues: ['${OWNERS}', 'all'] }, known, [])).toEqual(['CERT', 'Internal', 'all'])
  expect(valuesOf({ name: 'p' }, known, ['p'])).toEqual(['Bad hosts'])
  expect(valuesOf({ name: 'p', validValues: ['${USERS}'] }, known, [])).toBeUndefined()
})

test('a new job begins with the defaults of the app, and never with a secret', () => {
  expect(
    defaultsOf([
      { name: 'a', default: 'x' },
      { name: 'b', default: true },
      { name: 'c', default: 's', encrypt: true },
      { name: 'd', default: 'x', hidden: true },
      { name: 'e', default: null },
    ]),
  ).toEqual({ a: 'x', b: true })
})

test('flags and lists are read in every form in which they are stored', () => {
  expect([true, 'true', 'TRUE', '1'].every(isOn)).toBe(true)
  expect([false, 'false', '0', '', null, undefined].some(isOn)).toBe(false)
  expect(linesOf(['a', 'b'])).toEqual(['a', 'b'])
  expect(linesOf([{ key: 'k', value: 'v' }])).toEqual(['k: v'])
  expect(linesOf(null)).toEqual([])
})
