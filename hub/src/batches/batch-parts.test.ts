import { indicatorId } from '@postern/intel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestLibrary, type TestLibrary } from '../library/test-library.ts'
import { batchModes } from './batch-modes.ts'
import { partRowsMax } from './content/part-size.ts'
import type { PreparedRows, ReadMessage } from './content/prepared-batch.ts'
import { readContent } from './content/read-content.ts'

let library: TestLibrary

beforeAll(async () => {
  library = await createTestLibrary()
})
afterAll(async () => {
  await library.close()
})

/** Enough for three parts, and for the worker thread by the length of the tags. */
const count = partRowsMax * 2 + 500
const tag = [0, 1, 2].map((number) => ({ name: `${'long '.repeat(15)}${number}` }))

function hosts(prefix: string) {
  return Array.from({ length: count }, (_, number) => ({ type: 'Host', summary: `${prefix}${number}.example`, tag }))
}

async function rowsOf(query: string, values: unknown[]): Promise<Record<string, unknown>[]> {
  return (await library.database.pool.query<Record<string, unknown>>(query, values)).rows
}

test('a batch in several parts is one batch: items fold, ledger and associations reach across parts, and unchanged stays unchanged', async () => {
  const indicator = [
    ...hosts('parts'),
    { type: 'Host', summary: 'PARTS0.example', rating: 4 },
    { type: 'File', summary: `${'a'.repeat(32)} : ${'b'.repeat(64)}` },
    { type: 'Address', summary: 'nowhere' },
  ]
  const group = [
    {
      type: 'Incident',
      name: 'All',
      xid: 'all',
      associatedIndicators: indicator.slice(0, count).map(({ type, summary }) => ({ indicatorType: type, summary })),
    },
  ]
  const sent = await library.send('Parts', { group, indicator })
  expect(sent).toMatchObject({ created: count + 1, updated: 1, refused: 1, groups_created: 1, associations: count + 1 })
  expect(await library.send('Parts', { group, indicator })).toMatchObject({
    created: 0,
    updated: 0,
    unchanged: count + 2,
    refused: 1,
    groups_unchanged: 1,
  })
  const owner = await library.owner('Parts')
  const view =
    'select count(*)::int as views, count(*) filter (where rating = 4)::int as rated from indicator_view where owner_ids = array[$1::bigint]'
  expect(await rowsOf(view, [owner])).toEqual([{ views: count + 2, rated: 1 }])
  // Data collections hear of every row, whichever part brought it.
  const pending =
    'select count(distinct touched.id)::int as ids from collection_pending, unnest(indicator_ids) touched (id) join assertion a on a.indicator_id = touched.id where a.owner_id = $1'
  expect(await rowsOf(pending, [owner])).toEqual([{ ids: count + 2 }])
  expect(await library.send('Parts', { indicator: hosts('parts') }, { action: 'Delete' })).toMatchObject({
    deleted: count,
  })
})

test('a batch in several parts whose last part fails leaves nothing', async () => {
  const indicator = hosts('torn')
  const last = indicator
    .map(({ summary }) => summary)
    .toSorted((left, right) => (indicatorId('Host', left) < indicatorId('Host', right) ? 1 : -1))[0]
  await library.database.pool.query(`alter table indicator add constraint refuses_one check (value <> '${last}')`)
  try {
    await expect(library.send('Torn', { indicator })).rejects.toThrow('refuses_one')
  } finally {
    await library.database.pool.query('alter table indicator drop constraint refuses_one')
  }
  const owner = await library.owner('Torn')
  for (const table of ['assertion', 'batch', 'tombstone'])
    expect(await rowsOf(`select 1 from ${table} where owner_id = $1`, [owner]), table).toEqual([])
  expect(await rowsOf(`select 1 from indicator where value like 'torn%'`, [])).toEqual([])
  expect(await library.send('Torn', { indicator })).toMatchObject({ created: count })
})

test('every id of a part comes before those of the next, so that two batches never wait for each other in a ring', () => {
  const modes = batchModes({ action: 'Create', owner: 'any' })
  const messages = [...readContent(Buffer.from(JSON.stringify({ indicator: hosts('order') })), modes, 100)]
  expect([messages[0]?.kind, messages.at(-1)?.kind]).toEqual(['batch', 'ledger'])
  const parts = messages.filter(
    (message): message is ReadMessage & { kind: 'indicators' } => message.kind === 'indicators',
  )
  expect(parts.length).toBe(count / 100)
  const ids = parts.map(({ rows }) => idsOf(rows).toSorted())
  for (const [place, part] of ids.entries()) {
    const next = ids[place + 1]?.[0]
    if (next !== undefined) expect(part.at(-1)! < next).toBe(true)
  }
  const wanted = hosts('order').map(({ summary }) => indicatorId('Host', summary).replaceAll('-', ''))
  expect(ids.flat()).toEqual(wanted.toSorted())
})

/** From PostgreSQL's binary form: a header of 20 bytes, then four bytes of length before each id. */
function idsOf({ keys, count: rowCount }: PreparedRows): string[] {
  if (typeof keys === 'string') throw new Error('ids of indicators are binary')
  const bytes = Buffer.from(keys)
  return Array.from({ length: rowCount }, (_, row) => bytes.toString('hex', 24 + row * 20, 40 + row * 20))
}
