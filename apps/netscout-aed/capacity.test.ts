import { expect, test } from 'vitest'
import { roomOf } from './capacity.ts'

const collection = (title: string, indicators: number | undefined) => ({ uuid: title, title, indicators })

test('AED-6: a collection has room for 500,000 values, or for what the others leave of 3 million', () => {
  expect(roomOf([collection('ours', 10), collection('other', 0)], 'ours')).toBe(500_000)
  const full = Array.from({ length: 5 }, (_, index) => collection(`other ${index}`, 500_000))
  expect(roomOf([collection('ours', 499_000), ...full], 'ours')).toBe(500_000)
  expect(roomOf([...full, collection('last', 400_000)], 'ours')).toBe(100_000)
  expect(roomOf([...full, collection('last', 500_001)], 'ours')).toBe(0)
})

test('AED-6: a collection whose number the appliance does not say is counted as empty', () => {
  expect(roomOf([collection('other', undefined)], 'ours')).toBe(500_000)
})
