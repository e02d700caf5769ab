import { expect, test } from 'vitest'
import { runAlternating } from './run-alternating.ts'

test('the sides take turns, never at once, and the round that warms them up is not counted', async () => {
  const order: string[] = []
  const side = (name: string) => {
    let runs = 0
    return async () => {
      order.push(`${name} starts`)
      await Promise.resolve()
      order.push(`${name} ends`)
      return runs++
    }
  }
  const measured = await runAlternating(2, side('ours'), side('peer'))
  expect(measured).toEqual({ ours: [1, 2], peer: [1, 2] })
  const turn = ['ours starts', 'ours ends', 'peer starts', 'peer ends']
  expect(order).toEqual([...turn, ...turn, ...turn])
})
