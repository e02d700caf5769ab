import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestLibrary, type TestLibrary } from '../library/test-library.ts'

let library: TestLibrary

beforeAll(async () => {
  library = await createTestLibrary()
})
afterAll(async () => {
  await library.close()
})

test('four owners send overlapping batches at once without a deadlock, and the view agrees with the assertions', async () => {
  const value = (n: number) => `198.51.100.${n % 200}`
  const rounds = Array.from({ length: 4 }, (_, round) => round)
  await Promise.all(
    ['W', 'X', 'Y', 'Z'].map(async (owner, which) => {
      for (const round of rounds) {
        const order = Array.from({ length: 200 }, (_, n) => (which % 2 === 0 ? n : 199 - n))
        const indicator = order.map((n) => ({
          type: 'Address',
          summary: value(n),
          rating: (n + which + round) % 6,
          tag: [{ name: `${owner}${round}` }],
        }))
        await library.send(`Owner ${owner}`, { indicator })
        await library.send(`Owner ${owner}`, { indicator: indicator.slice(0, 20) }, { action: 'Delete' })
      }
    }),
  )
  expect(library.errors).toEqual([])
  expect(await viewDifferences()).toEqual([])
})

test('after any sequence of batches the library holds what a model of it holds', async () => {
  const random = seeded(Number(process.env['POSTERN_TEST_SEED'] ?? 7))
  const model = new Map<string, Map<string, { rating: number | null; tags: string[] }>>()
  const owners = ['M1', 'M2', 'M3']
  for (let step = 0; step < 60; step++) {
    const owner = owners[random(3)] ?? 'M1'
    const mine = model.get(owner) ?? new Map<string, { rating: number | null; tags: string[] }>()
    model.set(owner, mine)
    const isDelete = random(4) === 0
    const append = random(2) === 0
    const indicator = Array.from({ length: 1 + random(12) }, () => {
      const item: { type: string; summary: string; rating?: number; tag?: { name: string }[] } = {
        type: 'Host',
        summary: `model${random(25)}.example.org`,
      }
      if (random(3) > 0) item.rating = random(6)
      if (random(3) > 0) item.tag = Array.from({ length: random(4) }, () => ({ name: `tag${random(5)}` }))
      return item
    })
    await library.send(
      owner,
      { indicator },
      { action: isDelete ? 'Delete' : 'Create', tagWriteType: append ? 'Append' : 'Replace' },
    )
    for (const { summary, rating, tag } of indicator) {
      if (isDelete) {
        mine.delete(summary)
        continue
      }
      const before = mine.get(summary)
      const sent = tag?.map((each) => each.name)
      const tags = sent === undefined ? (before?.tags ?? []) : append ? [...(before?.tags ?? []), ...sent] : sent
      mine.set(summary, { rating: rating ?? before?.rating ?? null, tags: [...new Set(tags)].sort() })
    }
  }
  for (const owner of owners) {
    const { rows } = await library.database.pool.query(
      'select i.value, a.rating, a.tags from assertion a join indicator i on i.id = a.indicator_id where a.owner_id = $1 order by 1',
      [await library.owner(owner)],
    )
    const expected = [...(model.get(owner) ?? [])]
      .map(([value, said]) => ({ value, ...said }))
      .sort((a, b) => (a.value < b.value ? -1 : 1))
    expect(rows).toEqual(expected)
  }
  expect(await viewDifferences()).toEqual([])
})

/** Rows in which the computed view and a computation from scratch differ. */
async function viewDifferences(): Promise<unknown[]> {
  const { rows } = await library.database.pool.query(`
    with computed as (
      select o.organization_id, a.indicator_id, max(a.rating) as rating, max(a.confidence) as confidence, bool_or(a.active and a.status in ('Active', 'Indirect')) as active,
        max(a.tlp) as tlp, array_agg(a.owner_id order by a.owner_id) as owner_ids,
        array(select distinct t from assertion b join owner p on p.id = b.owner_id cross join unnest(b.tags) t
              where b.indicator_id = a.indicator_id and p.organization_id = o.organization_id order by t) as tags
      from assertion a join owner o on o.id = a.owner_id group by o.organization_id, a.indicator_id
    ), seen as (select organization_id, indicator_id, rating, confidence, active, tlp, owner_ids, tags from indicator_view)
    (select * from computed except select * from seen) union all (select * from seen except select * from computed)`)
  return rows
}

function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >>> 8) % below
  }
}
