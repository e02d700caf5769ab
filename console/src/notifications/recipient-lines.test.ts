import { expect, test } from 'vitest'
import { addressesOf } from './recipient-lines.ts'

test('ES-16: recipients are read however they are set apart, each once', () => {
  expect(addressesOf(' soc@example.org\nada@example.org; bob@example.org,soc@example.org\n')).toEqual([
    'soc@example.org',
    'ada@example.org',
    'bob@example.org',
  ])
  expect(addressesOf(' \n')).toEqual([])
})
