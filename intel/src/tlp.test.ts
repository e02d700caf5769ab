import { expect, test } from 'vitest'
import { compareTlp, parseTlp, tlpLevels, tlpOfLabel, tlpSlip } from './index.ts'

test.each([
  ['tlp:white', 'CLEAR'],
  ['TLP:CLEAR', 'CLEAR'],
  ['TLP: AMBER', 'AMBER'],
  ['TLP:AMBER+STRICT', 'AMBER+STRICT'],
  ['tlp:amber-strict', 'AMBER+STRICT'],
  ['TLP AMBER STRICT', 'AMBER+STRICT'],
  [' Red ', 'RED'],
  ['TLP_GREEN', 'GREEN'],
])('LIB-6: %j is TLP %s', (text, level) => {
  expect(parseTlp(text)).toBe(level)
})

test.each(['', 'TLP:', 'TLP:BLUE', 'AMBERSTRICT', 'RED TEAM', 'TLP:RED and more', `TLP:${' '.repeat(1_000)}RED`])(
  'LIB-6: %j is no TLP level',
  (text) => {
    expect(parseTlp(text)).toBeUndefined()
  },
)

test.each([
  ['tlp:green', 'GREEN'],
  ['amber strict', 'AMBER+STRICT'],
  ['TLP:REDD', 'RED'],
  ['TLP:RED and more', 'RED'],
  ['tlp ambr', 'RED'],
  ['TLP', 'RED'],
  ['TLPT exercise', undefined],
  ['RED TEAM', undefined],
  ['Internal', undefined],
])(
  'LIB-1: the label %j is handled as %s, so that a slip in a level holds back rather than gives away',
  (label, level) => {
    expect(tlpOfLabel(label)).toBe(level)
  },
)

const every = 'there are TLP:CLEAR, TLP:GREEN, TLP:AMBER, TLP:AMBER+STRICT, TLP:RED.'
test.each([
  ['TLP:REDD', '“TLP:REDD” names no level of TLP; did you mean TLP:RED?'],
  ['tlp:ambr', '“tlp:ambr” names no level of TLP; did you mean TLP:AMBER?'],
  [' TLP:PINK ', `“TLP:PINK” names no level of TLP; ${every}`],
  ['TLP', `“TLP” names no level of TLP; ${every}`],
  ['tlp:white', undefined],
  ['amber strict', undefined],
  ['TLPT exercise', undefined],
  ['Internal', undefined],
])('LIB-1: of the label %j its writer is told %j', (label, words) => {
  expect(tlpSlip(label)).toBe(words)
})

test('LIB-6: levels are ordered from the widest audience to the narrowest, and each reads its own name', () => {
  expect(
    ['RED', 'CLEAR', 'AMBER+STRICT', 'GREEN', 'AMBER'].map((name) => parseTlp(name)!).toSorted(compareTlp),
  ).toEqual([...tlpLevels])
  expect(compareTlp('AMBER', 'AMBER')).toBe(0)
})
