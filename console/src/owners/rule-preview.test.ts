import { expect, test } from 'vitest'
import { previewWords, rulePreview, spanWords } from './rule-preview.ts'

const rule = {
  indicatorType: '*',
  intervalHours: 24,
  amount: 25,
  isPercent: false,
  confidenceStart: 80,
  givesConfidence: true,
  atMinimum: 'delete',
} as const

test('points are taken at each interval until nothing is left', () => {
  expect(rulePreview(rule, 100)).toEqual({
    points: [
      { hours: 0, confidence: 100 },
      { hours: 24, confidence: 75 },
      { hours: 48, confidence: 50 },
      { hours: 72, confidence: 25 },
      { hours: 96, confidence: 0 },
    ],
    endHours: 96,
    end: 'delete',
    isUnseen: false,
  })
})

test('where no confidence was said, the rule begins with its own', () => {
  expect(rulePreview(rule, null).points[0]).toEqual({ hours: 0, confidence: 80 })
})

test('a rule that gives no confidence counts unseen what has none, and says so', () => {
  const preview = rulePreview({ ...rule, givesConfidence: false }, null)
  expect(preview).toMatchObject({ isUnseen: true, endHours: 96 })
  expect(previewWords(preview)).toBe(
    'It is given no confidence: counted unseen, from 80 to 30 after 2 days, 0 after 4 days; then it is deleted.',
  )
  expect(rulePreview({ ...rule, givesConfidence: false }, 100)).toEqual(rulePreview(rule, 100))
})

test('percentages end too, however small', () => {
  const { points, endHours } = rulePreview({ ...rule, isPercent: true, amount: 1 }, 100)
  expect(points.at(-1)).toEqual({ hours: endHours, confidence: 0 })
  expect(points.length).toBe(101)
})

test('one who said nothing is worth nothing still has an interval', () => {
  const { endHours, points } = rulePreview(rule, 0)
  expect({ endHours, points }).toEqual({ endHours: 24, points: [{ hours: 0, confidence: 0 }] })
})

test('the curve is told in a sentence', () => {
  expect(previewWords(rulePreview(rule, 100))).toBe('From 100 to 50 after 2 days, 0 after 4 days; then it is deleted.')
  expect(spanWords(36)).toBe('36 hours')
  expect(spanWords(24 * 800)).toBe('2.2 years')
})
