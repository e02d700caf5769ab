import { expect, test } from 'vitest'
import { succeededWithRefusals } from './execution-faces.ts'

test('refused items are counted, with thousands set apart', () => {
  expect(succeededWithRefusals(1)).toContain('; 1 of its items was refused')
  expect(succeededWithRefusals(1234)).toContain('; 1,234 of its items were refused')
})
