import { expect, test } from 'vitest'
import { leftOutWords } from './list-words.ts'

test('LIB-7: what a firewall list leaves out is counted by why, the most first', () => {
  expect(leftOutWords({ leftOut: {}, tlpMax: 'AMBER' })).toBe('')
  expect(leftOutWords({ leftOut: { inactive: 1, tlp: 2, excluded: 16, wide: 0 }, tlpMax: 'GREEN' })).toBe(
    'Left out: 16 kept back by an exclusion list or a decision, 2 of a TLP above GREEN, 1 not in force',
  )
})
