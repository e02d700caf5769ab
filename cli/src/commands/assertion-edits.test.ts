import type { StatedAssertion } from '@postern/protocol'
import { expect, test } from 'vitest'
import { editsOf } from './assertion-edits.ts'

const described = { type: 'Description', value: 'A botnet', source: 'Report 17', displayed: true, pinned: false }
const sourced = { type: 'Source', value: 'Report 17', source: null, displayed: false, pinned: false }
const before: StatedAssertion = {
  rating: 2,
  confidence: 30,
  active: true,
  status: 'Active',
  firstSeen: null,
  lastSeen: null,
  expiresAt: '2036-01-01T00:00:00.000Z',
  tags: ['apt', 'botnet'],
  securityLabels: ['TLP:GREEN'],
  attributes: [described, sourced],
}
const nothing = { tag: [], untag: [], label: [], unlabel: [], attribute: [] }

test('LIB-1: what is not named stays, and none takes a value out', () => {
  expect(editsOf({ ...nothing, rating: '4.5', expires: 'none' })(before)).toEqual({
    ...before,
    rating: 4.5,
    expiresAt: null,
  })
  expect(editsOf({ ...nothing, confidence: 'none', active: 'no', lastSeen: '2026-02-01' })(before)).toEqual({
    ...before,
    confidence: null,
    active: false,
    lastSeen: '2026-02-01T00:00:00.000Z',
  })
})

test('LIB-1: tags, labels and attributes are added and taken out one by one', () => {
  const edits = { ...nothing, tag: ['c2', 'apt'], untag: ['botnet'], label: ['TLP:RED'], unlabel: ['TLP:GREEN'] }
  expect(editsOf({ ...edits, attribute: ['Description=a=b', 'Source='] })(before)).toEqual({
    ...before,
    tags: ['apt', 'c2'],
    securityLabels: ['TLP:RED'],
    attributes: [{ type: 'Description', value: 'a=b', source: null, displayed: false, pinned: false }],
  })
})

test.each([
  [{}, 'Say what to change'],
  [{ rating: 'high' }, '--rating high is neither a number nor none.'],
  [{ expires: 'soon' }, '--expires soon is neither a time such as 2026-01-31T12:00:00Z nor none.'],
  [{ active: 'maybe' }, '--active maybe is neither yes nor no.'],
  [{ label: ['TLP:REDD'] }, '--label TLP:REDD: “TLP:REDD” names no level of TLP; did you mean TLP:RED?'],
  [{ attribute: ['Description'] }, '--attribute Description is not written as TYPE=VALUE'],
])('LIB-1: %j is refused before anything is changed', (options, why) => {
  expect(() => editsOf({ ...nothing, ...options })).toThrow(why)
})
