import type { Assertion, Decision, IndicatorMembership, IndicatorOnTarget } from '@postern/protocol'
import { expect, test } from 'vitest'
import { explanationOf } from './explanation.ts'

const said = { active: true, status: 'Active', confidence: 62 }
const assertion = { ownerName: 'Feed', ...said, said } as Assertion
const membership: IndicatorMembership = {
  collectionId: '1',
  collectionName: 'Block',
  state: 'member',
  owners: ['Feed'],
  misfits: [],
  sinceVersion: 3,
  untilVersion: null,
  version: 4,
  refreshedAt: null,
  since: null,
}
const target = {
  controlName: 'AED',
  collectionName: 'Block',
  state: 'held',
  reason: null,
  detail: null,
  isWanted: true,
  obstacles: [],
} as Partial<IndicatorOnTarget> as IndicatorOnTarget
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

test('LIB-8: every step that stops a value says so, not the first alone', () => {
  const hit = { listId: '1', entry: 'x', kind: 'own' as const, mode: 'block' as const, atImport: false, atExport: true }
  const kept = {
    ...indicator,
    assertions: [{ ...assertion, status: 'Whitelisted' }],
    exclusions: [
      { ...hit, listName: 'Ours' },
      { ...hit, listName: 'Theirs' },
    ],
  }
  const never = { ...membership, state: 'never' as const, owners: [] }
  const away: IndicatorOnTarget = {
    ...target,
    state: 'absent',
    reason: 'not-a-member',
    obstacles: [
      { reason: 'not-a-member', detail: null },
      { reason: 'tlp', detail: null },
    ],
  }
  expect(outcomes(kept, never, away)).toEqual([
    'Asserted: passed',
    'In force: stopped',
    'Excluded: stopped',
    'In the data collection: stopped',
    'May be shared: stopped',
    'On the control: stopped',
  ])
  expect(explanationOf(kept, never, away)[2]?.text).toMatch(/^Ours keeps .* Theirs keeps /)
})

test('LIB-8: a list that informs only stops nothing; one that protects does', () => {
  const hit = { listId: '1', listName: 'Ours', entry: 'x', atImport: false, atExport: true }
  const informed = { ...indicator, exclusions: [{ ...hit, kind: 'misp' as const, mode: 'inform' as const }] }
  expect(outcomes(informed, membership, target)).toContain('Not excluded: told')
  const held = { ...indicator, exclusions: [{ ...hit, kind: 'protected' as const, mode: 'block' as const }] }
  expect(outcomes(held, membership, { ...target, state: 'absent', reason: 'excluded' })).toContain('Excluded: stopped')
})

test('LIB-8: a decision is told with what it fixed, by whom and why', () => {
  const decision: Decision = {
    status: 'Whitelisted',
    rating: null,
    confidence: 90,
    expiresAt: null,
    reason: 'ours',
    until: null,
    decidedBy: 'ada',
    decidedAt: '2026-11-20T10:00:00Z',
  }
  expect(explanationOf({ ...indicator, decision }, membership, target)[1]).toEqual({
    name: 'Decided',
    outcome: 'told',
    text: 'ada decided over all owners: status Whitelisted, confidence 90. Why: “ours”.',
  })
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

test('LIB-8: what is not known is said not to be known, and what the app left out has the app’s reason', () => {
  const unknown = explanationOf(indicator, membership, {
    ...target,
    state: 'unknown',
    reason: 'not-named',
    detail: 'The control should hold 60 values.',
  }).at(-1)
  expect(unknown).toMatchObject({
    outcome: 'told',
    text: expect.stringMatching(
      /^Not known: Whether it is there is not known: .* The control should hold 60 values\.$/,
    ),
  })
  const detail = 'Address: AED takes no IPv6'
  const leftOut = explanationOf(indicator, membership, { ...target, state: 'absent', reason: 'left-out', detail })
  expect(leftOut.at(-1)).toMatchObject({ outcome: 'stopped', text: `Not there: The app left it out: ${detail}.` })
  const decision = 'Whitelisted by the decision of ada: ours'
  const decided = { ...target, state: 'absent', reason: 'decided', detail: decision } as const
  const { outcome, text } = explanationOf(indicator, membership, decided).at(-1) ?? {}
  expect([outcome, text]).toEqual(['stopped', `Not there: A decision keeps it from being exported. ${decision}`])
})

test('LIB-8: why a data collection does not hold it is told by owner and by part of the query', () => {
  const never: IndicatorMembership = {
    ...membership,
    state: 'never',
    owners: [],
    misfits: [{ ownerName: 'Feed', terms: ['rating >= 3', 'typeName = "Host"'] }],
  }
  const away: IndicatorOnTarget = { ...target, state: 'absent', reason: 'not-a-member' }
  const text = (of: IndicatorMembership | undefined, on = away) =>
    explanationOf(indicator, of, on).find(({ name }) => name === 'In the data collection')?.text
  expect(text(never)).toBe(
    'Block does not hold it. By the word of Feed this does not hold: rating >= 3; typeName = "Host".',
  )
  expect(text({ ...never, owners: ['Feed'], misfits: [] })).toMatch(/It fits now, by the word of Feed, and enters/)
  expect(text(undefined, target)).toBe('Block is not shown to you; what its last receipt says stands below.')
})

test('LIB-8: an owner whose word was overruled is told with its own word', () => {
  const raised = { ...assertion, confidence: 99 }
  const step = (of: Assertion) => explanationOf({ ...indicator, assertions: [of] }, membership, target)[1]?.text
  expect(step(raised)).toBe('Active by the word of Feed (confidence 99; the owner says 62).')
  expect(step({ ...assertion, status: 'Whitelisted' })).toBe(
    'No owner’s word is in force. Feed: Whitelisted, against the owner’s own word.',
  )
})

test('D40: what only a receipt says that its server did not sign is not passed, and says so', () => {
  const forged: IndicatorOnTarget = { ...target, signature: 'not-matching' }
  expect(outcomes(indicator, membership, forged)).toContain('On the control: told')
  expect(explanationOf(indicator, membership, forged).at(-1)?.text).toContain('the receipt that says so proves nothing')
  expect(outcomes(indicator, membership, { ...target, signature: 'signed' })).toContain('On the control: passed')
})
