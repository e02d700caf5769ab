import { readFileSync } from 'node:fs'
import { ExplainedIndicator, type IndicatorOnTarget, UnassertedIndicator } from '@postern/protocol'
import { expect, test } from 'vitest'
import { explainedRows, isKnown, unassertedRows } from './explained-rows.ts'

const examples = new URL('../../../protocol/examples/', import.meta.url)
const example = (name: string): unknown => JSON.parse(readFileSync(new URL(`${name}.json`, examples), 'utf8'))

/** As the hub says it: the examples that its schemas are tested with. */
const explained = ExplainedIndicator.parse(example('ExplainedIndicator'))
const unasserted = UnassertedIndicator.parse(example('UnassertedIndicator'))

function withTarget(change: Partial<IndicatorOnTarget>): string[] {
  const [target] = explained.exports.targets
  if (target === undefined) throw new Error('the example has no target')
  const exports = {
    ...explained.exports,
    covering: [],
    served: [],
    listsOfOtherTypes: [],
    plans: [],
    targets: [{ ...target, obstacles: [], ...change }],
  }
  return explainedRows({ ...explained, exports }).at(-1) ?? []
}

test('LIB-8: each owner’s word, the sum behind it, data collections and receipts are rows of their own, in the order of the way', () => {
  const rows = explainedRows(explained)
  const kinds = rows.map(([kind]) => kind)
  expect([...new Set(kinds)].filter((kind) => kind !== 'decided' && kind !== 'excluded')).toEqual([
    'indicator',
    'asserted',
    'because',
    'in-force',
    'collection',
    'unfit',
    'control',
    'plan',
    'firewall-list',
    'covered',
  ])
  const decided = 'Whitelisted by the decision of ada: ours'
  expect(rows).toContainEqual(['firewall-list', 'edge-block', 'not served', decided])
  // Lists that never could have it are one row.
  expect(rows).toContainEqual([
    'firewall-list',
    'edl-hosts, edl-files',
    'not served',
    expect.stringMatching(/^no .* can be in their formats$/),
  ])
  const terms = explained.lifecycle.assertions.flatMap((assertion) => assertion.terms)
  expect(rows.filter(([kind]) => kind === 'because').map(([, , text]) => text)).toEqual(terms.map(({ text }) => text))
})

test('LIB-8: why a value is on a control, and why it is not, names the receipt that says so', () => {
  const proof = expect.stringContaining('receipt 71 of execution 8')
  const receipt = { receiptId: '71', executionId: '8' }
  const held = withTarget({ ...receipt, state: 'held', reason: null, isWanted: true })
  expect(held.slice(3)).toEqual(['held', 'it was read back', proof])
  const leaving = withTarget({ ...receipt, state: 'held', reason: null, isWanted: false })
  expect(leaving[4]).toContain('goes with the next export')
  const kept = withTarget({ ...receipt, state: 'absent', reason: 'tlp' })
  expect(kept.slice(3)).toEqual(['absent', 'its TLP is narrower than this control may be given', proof])
  const leftOut = withTarget({ ...receipt, state: 'absent', reason: 'left-out', detail: 'Address: AED takes no IPv6' })
  expect(leftOut.slice(3)).toEqual(['absent', 'left out by the app: Address: AED takes no IPv6', proof])
  const detail = 'Whitelisted by the decision of ada: ours'
  expect(withTarget({ ...receipt, state: 'absent', reason: 'decided', detail }).slice(3)).toEqual([
    'absent',
    detail,
    proof,
  ])
  const forged = withTarget({ ...receipt, state: 'held', reason: null, isWanted: true, signature: 'not-matching' })
  expect(forged[5]).toContain('receipt 71 of execution 8, NOT what its server signed,')
  const unknown = withTarget({ ...receipt, state: 'unknown', reason: 'not-named', detail: 'It names none.' })
  expect(unknown.slice(3)).toEqual(['unknown', expect.stringMatching(/is not known, .*: It names none\.$/), proof])
})

test('LIB-8: all that keeps a value back is told, a row each, and what was told already is not told again', () => {
  const [target] = explained.exports.targets
  const [served] = explained.exports.served
  if (target === undefined || served === undefined) throw new Error('the example has no target, or no list')
  const obstacles: IndicatorOnTarget['obstacles'] = [
    { reason: 'not-a-member', detail: null },
    { reason: 'decided', detail: 'Whitelisted by the decision of ada: ours' },
    { reason: 'tlp', detail: null },
    { reason: 'left-out', detail: 'Address: AED takes no IPv6' },
  ]
  const rows = explainedRows({
    ...explained,
    exports: {
      ...explained.exports,
      targets: [{ ...target, state: 'absent', reason: 'not-a-member', detail: null, obstacles }],
      served: [
        {
          ...served,
          isServed: false,
          reason: 'type',
          detail: null,
          obstacles: [
            { reason: 'type', detail: null },
            { reason: 'tlp', detail: null },
          ],
        },
      ],
    },
  })
  const of = [target.controlName, target.target]
  expect(rows.filter(([kind]) => kind === 'kept-back')).toEqual([
    ['kept-back', ...of, 'Whitelisted by the decision of ada: ours'],
    ['kept-back', ...of, 'its TLP is narrower than this control may be given'],
    ['kept-back', ...of, 'left out by the app: Address: AED takes no IPv6'],
    ['kept-back', served.name, served.kind, 'its TLP is narrower than its readers may be given'],
  ])
})

test('LIB-8: what the owner said and what a decision put in force are told apart', () => {
  const [assertion] = explained.lifecycle.assertions
  if (assertion === undefined) throw new Error('the example has no assertion')
  const decided = { ...assertion, now: { ...assertion.now, confidence: 99 } }
  const decision = { status: null, rating: null, confidence: 99, expiresAt: null, reason: 'seen', until: null }
  const lifecycle = {
    ...explained.lifecycle,
    decision: { ...decision, decidedBy: 'ada', decidedAt: '2026-11-20T10:00:00Z' },
    assertions: [decided],
  }
  const rows = explainedRows({ ...explained, lifecycle })
  expect(rows.find(([kind]) => kind === 'asserted')?.[2]).toContain(`confidence ${assertion.said.confidence}`)
  expect(rows).toContainEqual(['decided', 'ada', 'confidence 99', 'seen'])
  expect(rows.find(([kind]) => kind === 'in-force')?.[2]).toMatch(/confidence 99.*, by the decision of ada$/)
})

test('LIB-8: what nobody asserts is said to be on no control only where nothing on a control stands for it', () => {
  const { exports } = unasserted
  expect(unassertedRows(unasserted)).toEqual([
    [
      'unasserted',
      'Address',
      '192.0.2.7',
      'No owner asserts 192.0.2.7 itself, but what stands for it too is on controls.',
    ],
    ['excluded', 'Our networks', '192.0.2.0/24: keeps it from being exported'],
    ['covered', 'CIDR', '192.0.2.0/24', 'on netscout-aed Blocked hosts (held)'],
  ])
  const words = (changed: Partial<typeof exports>) =>
    unassertedRows({ ...unasserted, exports: { ...exports, ...changed } })[0]?.[3]
  expect(words({ covering: exports.covering.map((each) => ({ ...each, targets: [] })) })).toBe(
    'No owner asserts 192.0.2.7, nor is what stands for it on a control, so no control gets it from here.',
  )
  expect(words({ covering: [] })).toBe('No owner asserts 192.0.2.7, so no control gets it from here.')
  expect(words({ targets: explained.exports.targets })).toBe(
    'No owner asserts 192.0.2.7 any more, and it is on controls still.',
  )
})

test('LIB-8: a value is known where a list names it, a control has it, or something stands for it too', () => {
  const bare = { ...unasserted, exclusions: [], exports: { ...unasserted.exports, covering: [] } }
  expect([isKnown(unasserted), isKnown({ ...unasserted, exclusions: [] }), isKnown(bare)]).toEqual([true, true, false])
  expect(isKnown({ ...bare, exports: { ...bare.exports, targets: explained.exports.targets } })).toBe(true)
})

test('LIB-8: a plan in progress says what it does with the value, and the app’s reason for what it leaves out', () => {
  const [plan] = explained.exports.plans
  if (plan === undefined) throw new Error('the example has no plan')
  const row = (change: typeof plan.change, reason: string | null = null) => {
    const exports = { ...explained.exports, plans: [{ ...plan, change, reason }] }
    return explainedRows({ ...explained, exports }).find(([kind]) => kind === 'plan')
  }
  const of = ['plan', 'netscout-aed', 'Blocked hosts', 'waiting']
  expect(row('add')).toEqual([...of, 'it adds the value', 'plan 19 of execution 41'])
  expect(row('left-out', 'Address: takes no IPv6')?.[4]).toBe('the app leaves the value out: Address: takes no IPv6')
  expect(row(null)?.[4]).toMatch(/^not looked up/)
})

test('LIB-8: a control without receipts is not passed over in silence', () => {
  const exports = { collections: [], targets: [], plans: [], served: [], listsOfOtherTypes: [], covering: [] }
  expect(explainedRows({ ...explained, exports }, 'Edge').at(-1)).toEqual([
    'control',
    'Edge',
    'no control has reported a receipt yet',
  ])
})
