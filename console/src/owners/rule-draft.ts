import type { DeprecationRule } from '@postern/protocol'
import type { FieldProblems } from '../api/field-problems.ts'

/** A rule as it is typed: figures are text until they are whole. */
export interface RuleDraft {
  /** Of this page alone, so that a row stays the row it is while others go. */
  key: number
  indicatorType: string
  interval: string
  unit: 'hours' | 'days'
  amount: string
  isPercent: boolean
  confidenceStart: string
  givesConfidence: boolean
  atMinimum: DeprecationRule['atMinimum']
}

export function newRule(key: number, indicatorType: string): RuleDraft {
  return {
    key,
    indicatorType,
    interval: '1',
    unit: 'days',
    amount: '2',
    isPercent: false,
    confidenceStart: '100',
    givesConfidence: false,
    atMinimum: 'inactive',
  }
}

export function draftOfRule(rule: DeprecationRule, key: number): RuleDraft {
  const isDays = rule.intervalHours % 24 === 0
  return {
    key,
    indicatorType: rule.indicatorType,
    interval: String(isDays ? rule.intervalHours / 24 : rule.intervalHours),
    unit: isDays ? 'days' : 'hours',
    amount: String(rule.amount),
    isPercent: rule.isPercent,
    confidenceStart: String(rule.confidenceStart),
    givesConfidence: rule.givesConfidence,
    atMinimum: rule.atMinimum,
  }
}

const intervalHoursMax = 87_600

/** What is wrong with a rule, by its field; nothing where it can be sent. */
export function mistakesOf(draft: RuleDraft, all: readonly RuleDraft[]): FieldProblems {
  const hours = hoursOf(draft)
  return {
    ...(all.some((other) => other.key < draft.key && other.indicatorType === draft.indicatorType) && {
      indicatorType: 'There is a rule for it above',
    }),
    ...((!Number.isInteger(hours) || hours < 1 || hours > intervalHoursMax) && {
      interval: 'From an hour to ten years',
    }),
    ...(!isWithin(draft.amount, 1, 100) && { amount: 'From 1 to 100' }),
    ...(!isWithin(draft.confidenceStart, 1, 100) && { confidenceStart: 'From 1 to 100' }),
  }
}

export function ruleOf(draft: RuleDraft): DeprecationRule {
  return {
    indicatorType: draft.indicatorType,
    intervalHours: hoursOf(draft),
    amount: Number(draft.amount),
    isPercent: draft.isPercent,
    confidenceStart: Number(draft.confidenceStart),
    givesConfidence: draft.givesConfidence,
    atMinimum: draft.atMinimum,
  }
}

function hoursOf({ interval, unit }: RuleDraft): number {
  return /^\d{1,6}$/.test(interval) ? Number(interval) * (unit === 'days' ? 24 : 1) : Number.NaN
}

function isWithin(text: string, min: number, max: number): boolean {
  return /^\d{1,3}$/.test(text) && Number(text) >= min && Number(text) <= max
}
