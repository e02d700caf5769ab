import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AttributeRules, type AttributeRule } from './attribute-rules.ts'

const free: AttributeRule = {
  name: 'Any',
  indicatorTypes: null,
  groupTypes: null,
  lengthMax: 100_000,
  pattern: null,
  choices: null,
}
const host = { kind: 'indicator', type: 'Host' } as const

test('LIB-1: a type without rules permits every value, and every name in any case finds its type', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: 'grapheme' }), (name, value) => {
      const rules = new AttributeRules([{ ...free, name, choices: [] }])
      expect(rules.whyNot(host, `${name}!`, value)).toBeUndefined()
      expect(rules.whyNot(host, name, value)).toBe(`Its ${name} is none of the choices.`)
      expect(new AttributeRules([{ ...free, name }]).whyNot(host, name, value)).toBeUndefined()
    }),
  )
})

test('LIB-1: exactly the choices are permitted, and exactly what has no more than the permitted length', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.string(), fc.nat(20), (choices, value, lengthMax) => {
      const isChoice = new AttributeRules([{ ...free, choices }]).whyNot(host, 'any', value) === undefined
      expect(isChoice).toBe(choices.includes(value))
      const fits = new AttributeRules([{ ...free, lengthMax }]).whyNot(host, 'any', value) === undefined
      expect(fits).toBe(value.length <= lengthMax)
    }),
  )
})

test('S14: a pattern that a backtracking engine would never finish is answered at once, and matches as a whole', () => {
  const rules = new AttributeRules([{ ...free, pattern: '(a+)+b' }])
  expect(rules.whyNot(host, 'Any', `${'a'.repeat(50_000)}c`)).toBe('Its Any does not match the pattern.')
  expect(rules.whyNot(host, 'Any', `${'a'.repeat(50)}b`)).toBeUndefined()
  expect(rules.whyNot(host, 'Any', `${'a'.repeat(50)}bc`)).toBe('Its Any does not match the pattern.')
})
