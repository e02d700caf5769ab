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

test('sides with steps take turns after every step, however many each has', async () => {
  const order: string[] = []
  const side = (name: string, count: number) =>
    async function* () {
      for (let step = 1; step <= count; step++) {
        order.push(`${name} ${step}`)
        await Promise.resolve()
        yield
      }
      return count
    }
  expect(await runAlternating(1, side('ours', 3), side('peer', 1))).toEqual({ ours: [3], peer: [1] })
  const round = ['ours 1', 'peer 1', 'ours 2', 'ours 3']
  expect(order).toEqual([...round, ...round])
})
