import { expect, test } from 'vitest'
import { ReasonCounts } from './reason-counts.ts'

test('LIB-1: what an import did not take is counted by reason, and not by value', () => {
  const reasons = new ReasonCounts()
  for (let n = 0; n < 1234; n++) reasons.add(`Address 10.0.0.${n} is not valid. “10.0.0.${n}” has an octet above 255.`)
  reasons.add(
    'Host a.example is excluded here, so its import is not valid. The exclusion list Ours blocks it, by its entry a.example.',
  )
  reasons.add(
    'Host b.example is excluded here, so its import is not valid. The exclusion list Ours blocks it, by its entry b.example.',
  )
  reasons.add('“localhost” has no dot.')
  for (const digit of '123')
    reasons.add(`Its target x-mitre-asset--${digit.repeat(8)}-1768-4b16-8e9f-1f33b4b6ad5a has no place in the library.`)
  expect(reasons.lines()).toEqual([
    '1,234 × “…” has an octet above 255.',
    '3 × Its target x-mitre-asset has no place in the library.',
    '2 × The exclusion list Ours blocks it.',
    '1 × “…” has no dot.',
  ])
})

test('LIB-1: of many reasons the rarest are summed', () => {
  const reasons = new ReasonCounts()
  for (let n = 0; n < 1025; n++) reasons.add(`Reason ${n}.`)
  reasons.add('Reason 7.')
  const lines = reasons.lines()
  expect([lines[0], lines.length, lines.at(-1)]).toEqual(['2 × Reason 7.', 21, '1,005 × 1,005 other reasons'])
})
