import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { spaced } from './spaced.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the first call runs at once, a burst runs once more at its end', () => {
  const run = vi.fn<() => void>()
  const call = spaced(run, 100)
  call()
  expect(run).toHaveBeenCalledTimes(1)
  for (let i = 0; i < 50; i += 1) call()
  expect(run).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(100)
  expect(run).toHaveBeenCalledTimes(2)
  vi.advanceTimersByTime(1000)
  expect(run).toHaveBeenCalledTimes(2)
})

test('a steady stream runs once in each gap', () => {
  const run = vi.fn<() => void>()
  const call = spaced(run, 100)
  for (let i = 0; i < 100; i += 1) {
    call()
    vi.advanceTimersByTime(10)
  }
  expect(run.mock.calls.length).toBeGreaterThanOrEqual(10)
  expect(run.mock.calls.length).toBeLessThanOrEqual(11)
})

test('after cancelling nothing runs any more', () => {
  const run = vi.fn<() => void>()
  const call = spaced(run, 100)
  call()
  call()
  call.cancel()
  vi.advanceTimersByTime(1000)
  expect(run).toHaveBeenCalledTimes(1)
})
