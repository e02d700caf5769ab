import { expect, test } from 'vitest'
import { policyRows, stateWords, typedNames } from './policy-words.ts'

const request = {
  commandId: 'c',
  requestedBy: 'chief',
  requestedAt: '2026-11-21T12:00:00Z',
  narrowing: { apps: ['a_v1'], settings: [] },
  state: 'applied' as const,
  detail: '',
  isInForce: true,
}

test('D36: a policy shows for each list what the file names and every narrowing in force, and none that was taken back', () => {
  const lists = { apps: { names: ['a_v1', 'b_v1'], count: 9 }, 'egress.allow': { names: ['h:1'], count: 1 } }
  const local = { lists, allowUnconfined: false, diskMegabytesMax: 4096, narrowedBy: ['c'] }
  const rows = policyRows(local, [request, { ...request, isInForce: false, narrowing: { targets: [] } }])
  const shown = Object.fromEntries(rows.map(({ list, own, narrowed }) => [list, [own, ...narrowed]]))
  expect(shown).toMatchObject({
    apps: ['a_v1, b_v1 and 7 more', 'a_v1'],
    targets: ['Any'],
    settings: ['Any', 'None'],
    'egress.allow': ['h:1'],
  })
  expect(shown).not.toHaveProperty('egress.only')
  expect(stateWords({ ...request, isInForce: false })).toBe('Taken back on the server')
  expect(stateWords({ ...request, state: 'refused', detail: 'too many' })).toBe('Refused: too many')
})

test('D36: an empty list is asked for by a word, never by a field that was left empty', () => {
  expect(typedNames(' \n')).toBeUndefined()
  expect(typedNames('None')).toEqual([])
  expect(typedNames(' a_v1 \n\nb_v1')).toEqual(['a_v1', 'b_v1'])
})
