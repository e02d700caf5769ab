import { expect, test } from 'vitest'
import { reconnectDelayMs } from './reconnect-delay.ts'

test('the pause doubles from one second to half a minute and stays there', () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 1000].map((failures) => reconnectDelayMs(failures, 1))
  expect(longest).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

test('it is spread over half of itself', () => {
  expect(reconnectDelayMs(2, 0)).toBe(2000)
  expect(reconnectDelayMs(2, 0.5)).toBe(3000)
})
