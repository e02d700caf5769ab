import { expect, test } from 'vitest'
import { draftOfRule, mistakesOf, newRule, ruleOf } from './rule-draft.ts'

test('a rule comes back from its form as it went in', () => {
  for (const intervalHours of [1, 24, 36, 240]) {
    const rule = {
      indicatorType: 'Host',
      intervalHours,
      amount: 10,
      isPercent: true,
      confidenceStart: 70,
      givesConfidence: true,
      atMinimum: 'nothing',
    } as const
    expect(ruleOf(draftOfRule(rule, 1))).toEqual(rule)
  }
})

test('what cannot be sent is told beside its field', () => {
  const first = newRule(1, 'Host')
  expect(mistakesOf(first, [first])).toEqual({})
  const second = { ...newRule(2, 'Host'), interval: '4000', amount: '0', confidenceStart: '1.5' }
  expect(mistakesOf(second, [first, second])).toEqual({
    indicatorType: 'There is a rule for it above',
    interval: 'From an hour to ten years',
    amount: 'From 1 to 100',
    confidenceStart: 'From 1 to 100',
  })
})
