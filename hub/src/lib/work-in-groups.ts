export type GroupWork<Item, Result> = {
  /** Of one key a group holds one item, so that what comes later is done later. */
  keyOf: (item: Item) => string
  groupMax: number
  /** Does them at one stroke, and must wait for nobody else's locks. @returns results of those that it could do */
  together: (items: readonly Item[]) => Promise<ReadonlyMap<Item, Result>>
  /** Does one by itself: what the group left over, and each item of a group that failed. */
  alone: (item: Item) => Promise<Result>
  /** A group that fails costs nobody anything but time: a failure of its own would else never be known. */
  onGroupFailed: (error: unknown) => void
}

/** Of those done one by one: each takes a connection to the database, of which others need some too. */
const aloneMax = 16

type Waiting<Item, Result> = { item: Item } & Pick<PromiseWithResolvers<Result>, 'resolve' | 'reject'>

/**
 * Does what comes one by one in groups: one group at a time, and what comes in meanwhile is the next one. Under no load an item is done
 * at once; under load the cost of a transaction is shared. One bad item spoils its group only as far as that is then done one by one.
 */
export function workInGroups<Item, Result>(work: GroupWork<Item, Result>): (item: Item) => Promise<Result> {
  let waiting: Waiting<Item, Result>[] = []
  const leftOver: Waiting<Item, Result>[] = []
  let isUnderWay = false
  let aloneUnderWay = 0

  async function doGroups(): Promise<void> {
    // What arrived in the same packet from the broker belongs to one group.
    await new Promise((resolve) => setImmediate(resolve))
    while (waiting.length > 0) await doGroup(takeGroup())
    isUnderWay = false
  }

  function takeGroup(): Waiting<Item, Result>[] {
    const group = new Map<string, Waiting<Item, Result>>()
    const left: Waiting<Item, Result>[] = []
    for (const each of waiting) {
      const key = work.keyOf(each.item)
      if (group.size >= work.groupMax || group.has(key)) left.push(each)
      else group.set(key, each)
    }
    waiting = left
    return [...group.values()]
  }

  async function doGroup(group: readonly Waiting<Item, Result>[]): Promise<void> {
    const done = await work.together(group.map(({ item }) => item)).catch((error: unknown) => {
      work.onGroupFailed(error)
      return new Map<Item, Result>()
    })
    for (const { item, resolve, reject } of group) {
      if (done.has(item)) resolve(done.get(item) as Result)
      else leftOver.push({ item, resolve, reject })
    }
    doLeftOver()
  }

  function doLeftOver(): void {
    while (aloneUnderWay < aloneMax) {
      const next = leftOver.shift()
      if (next === undefined) return
      aloneUnderWay += 1
      void doAlone(next)
    }
  }

  async function doAlone({ item, resolve, reject }: Waiting<Item, Result>): Promise<void> {
    await work.alone(item).then(resolve, reject)
    aloneUnderWay -= 1
    doLeftOver()
  }

  return (item) => {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    waiting.push({ item, resolve, reject })
    if (!isUnderWay) {
      isUnderWay = true
      void doGroups()
    }
    return promise
  }
}
