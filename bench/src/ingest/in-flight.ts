/** Works through items in their order, so many at once. */
export async function inFlight<Item>(
  max: number,
  items: readonly Item[],
  work: (item: Item, lane: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const lanes = Array.from({ length: max }, async (_, lane) => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item, lane)
  })
  await Promise.all(lanes)
}
