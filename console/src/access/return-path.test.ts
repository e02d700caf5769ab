import { expect, test } from 'vitest'
import { returnPath } from './return-path.ts'

test('signing in leads back to a page of this console, with what it showed', () => {
  expect(returnPath('/executions/7?view=ledger&part=refused')).toBe('/executions/7?view=ledger&part=refused')
})

test.each([
  undefined,
  7,
  'https://evil.example.com',
  '//evil.example.com',
  '/sign-in',
  '/sign-in?from=/sign-in',
  'executions',
])('it never leads to %j', (from) => {
  expect(returnPath(from)).toBeUndefined()
})
