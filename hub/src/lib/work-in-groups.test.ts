import { expect, test } from 'vitest'
import { workInGroups } from './work-in-groups.ts'

type Item = { key: string; number: number }

type Behaviour = { groupMax?: number; fails?: boolean; leavesOver?: (item: Item) => boolean }

function recorded({ groupMax = 100, fails = false, leavesOver = () => false }: Behaviour = {}) {
  const groups: number[][] = []
  const alone: number[] = []
  const failed: unknown[] = []
  const work = workInGroups<Item, string>({
    keyOf: ({ key }) => key,
    groupMax,
    together: async (items) => {
      groups.push(items.map(({ number }) => number))
      await new Promise((resolve) => setImmediate(resolve))
      if (fails) throw new Error('the group failed')
      return new Map(items.filter((item) => !leavesOver(item)).map((item) => [item, `group ${item.number}`]))
    },
    alone: async ({ number }) => {
      alone.push(number)
      if (number === 13) throw new Error('thirteen')
      return `alone ${number}`
    },
    onGroupFailed: (error) => failed.push(error),
  })
  return { groups, alone, failed, work }
}

test('what comes while a group is under way is the next group, bounded in size', async () => {
  const { groups, work } = recorded({ groupMax: 3 })
  const first = [1, 2].map((number) => work({ key: `${number}`, number }))
  expect(await Promise.all(first)).toEqual(['group 1', 'group 2'])
  await Promise.all([3, 4, 5, 6].map((number) => work({ key: `${number}`, number })))
  expect(groups).toEqual([[1, 2], [3, 4, 5], [6]])
})

test('of one key a group holds one item, and order is kept', async () => {
  const { groups, work } = recorded()
  await Promise.all([work({ key: 'a', number: 1 }), work({ key: 'a', number: 2 }), work({ key: 'b', number: 3 })])
  expect(groups).toEqual([[1, 3], [2]])
})

test('what a group leaves over, or all of one that failed, is done one by one, and only the bad one fails', async () => {
  const some = recorded({ leavesOver: ({ number }) => number === 2 })
  expect(await Promise.all([1, 2, 3].map((number) => some.work({ key: `${number}`, number })))).toEqual([
    'group 1',
    'alone 2',
    'group 3',
  ])
  const all = recorded({ fails: true })
  const results = await Promise.allSettled([12, 13, 14].map((number) => all.work({ key: `${number}`, number })))
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(all.alone).toEqual([12, 13, 14])
  expect(some.failed).toEqual([])
  expect(all.failed).toEqual([new Error('the group failed')])
})

test('what is done one by one is not done all at once, since each takes a connection', async () => {
  let underWay = 0
  let most = 0
  const work = workInGroups<number, number>({
    keyOf: String,
    groupMax: 100,
    together: () => Promise.resolve(new Map()),
    alone: async (number) => {
      underWay += 1
      most = Math.max(most, underWay)
      await new Promise((resolve) => setImmediate(resolve))
      underWay -= 1
      return number
    },
    onGroupFailed: () => {},
  })
  const numbers = Array.from({ length: 100 }, (_, number) => number)
  expect(await Promise.all(numbers.map((number) => work(number)))).toEqual(numbers)
  expect(most).toBe(16)
})
