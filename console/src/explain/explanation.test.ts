import type { Assertion, IndicatorMembership, IndicatorOnTarget } from '@postern/protocol'
import { expect, test } from 'vitest'
import { explanationOf } from './explanation.ts'

const assertion = { ownerName: 'Feed', active: true, status: 'Active', confidence: 62 } as Assertion
const membership = {
  collectionId: '1',
  collectionName: 'Block',
  state: 'member',
  owners: ['Feed'],
  sinceVersion: 3,
  untilVersion: null,
} as IndicatorMembership
const target = {
  controlName: 'AED',
  collectionName: 'Block',
  state: 'held',
  reason: null,
  isWanted: true,
} as IndicatorOnTarget
const indicator = { assertions: [assertion], exclusions: [], decision: null, tlp: 'GREEN' }

function outcomes(...args: Parameters<typeof explanationOf>): string[] {
  return explanationOf(...args).map(({ name, outcome }) => `${name}: ${outcome}`)
}

test('LIB-8: what is held has passed every step, each with its reason', () => {
  const steps = explanationOf(indicator, membership, target)
  expect(steps.every(({ outcome }) => outcome === 'passed')).toBe(true)
  expect(steps.map(({ text }) => text).slice(0, 4)).toEqual([
    'By Feed.',
    'Active by the word of Feed (confidence 62).',
    'No exclusion list hits it.',
    'In Block since version 3, by the word of Feed.',
  ])
})

test('LIB-8: the step that stops a value is named, and what follows was not come to', () => {
  const expired = { ...indicator, assertions: [{ ...assertion, status: 'Expired', active: false }] }
  const absent: IndicatorOnTarget = { ...target, state: 'absent', reason: 'inactive' }
  expect(outcomes(expired, membership, absent)).toEqual([
    'Asserted: passed',
    'In force: stopped',
    'Not excluded: open',
    'In the data collection: open',
    'May be shared: open',
    'On the control: stopped',
  ])
})

test('LIB-8: a list that informs only stops nothing; one that protects does', () => {
  const hit = { listId: '1', listName: 'Ours', entry: 'x', atImport: false, atExport: true }
  const informed = { ...indicator, exclusions: [{ ...hit, kind: 'misp' as const, mode: 'inform' as const }] }
  expect(outcomes(informed, membership, target)).toContain('Not excluded: told')
  const held = { ...indicator, exclusions: [{ ...hit, kind: 'protected' as const, mode: 'block' as const }] }
  expect(outcomes(held, membership, { ...target, state: 'absent', reason: 'excluded' })).toContain(
    'Not excluded: stopped',
  )
})

test('LIB-8: TLP, departure and the way to the control are told apart', () => {
  expect(outcomes(indicator, membership, { ...target, state: 'absent', reason: 'tlp' })).toContain(
    'May be shared: stopped',
  )
  expect(
    outcomes(
      indicator,
      { ...membership, state: 'departed', untilVersion: 9 },
      { ...target, state: 'absent', reason: 'not-a-member' },
    ),
  ).toContain('In the data collection: stopped')
  expect(outcomes(indicator, membership, { ...target, state: 'pending' }).at(-1)).toBe('On the control: told')
  expect(outcomes(indicator, undefined, { ...target, state: 'absent', reason: 'not-a-member' })).toContain(
    'In the data collection: stopped',
  )
})
