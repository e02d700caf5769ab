import { expect, test } from 'vitest'
import { KeptInThread, KnownByThread } from './known-by-thread.ts'

test('a thread is told each revision once, and forgets what was used least lately', () => {
  const known = new KnownByThread<string>(2)
  const kept = new KeptInThread((rules: string) => `ready ${rules}`)
  const tell = (organizationId: string, revision: string, rules: string) => {
    const told = known.toSend(organizationId, revision, rules)
    return [told.rules, kept.take(told)]
  }
  expect(tell('1', '1', 'a')).toEqual(['a', 'ready a'])
  expect(tell('1', '1', 'a')).toEqual([undefined, 'ready a'])
  expect(tell('1', '2', 'b')).toEqual(['b', 'ready b'])
  tell('2', '1', 'c')
  tell('1', '2', 'b')
  tell('3', '1', 'd')
  expect(tell('1', '2', 'b')).toEqual([undefined, 'ready b'])
  expect(tell('2', '1', 'c')).toEqual(['c', 'ready c'])
})
