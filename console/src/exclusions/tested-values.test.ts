import { expect, test } from 'vitest'
import { testedValues, testedValuesMax } from './tested-values.ts'

test('values stand one a line, or beside each other in one', () => {
  expect(testedValues('192.0.2.1\r\n\n a b.example \n192.0.2.1')).toEqual(['192.0.2.1', 'a b.example'])
  expect(testedValues(' 192.0.2.1, example.com;10.0.0.0/8 ')).toEqual(['192.0.2.1', 'example.com', '10.0.0.0/8'])
  expect(testedValues('  ')).toEqual([])
})

test('no more than one test takes', () => {
  const many = Array.from({ length: testedValuesMax + 5 }, (_, index) => `host-${index}.example`).join('\n')
  expect(testedValues(many)).toHaveLength(testedValuesMax)
})
