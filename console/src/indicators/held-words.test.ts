import { expect, test } from 'vitest'
import { heldWords } from './held-words.ts'

test('where a value is held is counted, and where only a forged or doubtful receipt says so', () => {
  expect(heldWords([{ state: 'held' }])).toBe('Held on 1 of 1 target')
  expect(heldWords([{ state: 'extra', signature: 'signed' }, { state: 'absent' }])).toBe('Held on 1 of 2 targets')
  expect(
    heldWords([
      { state: 'held', signature: 'not-matching' },
      { state: 'held', signature: 'doubtful' },
      { state: 'held', signature: 'unsigned' },
      { state: 'absent', signature: 'not-matching' },
    ]),
  ).toBe('Held on 3 of 4 targets, 2 by a receipt that proves nothing')
})
