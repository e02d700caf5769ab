import { indicatorId } from '@postern/intel'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestLibrary, type TestLibrary } from '../../library/test-library.ts'

let library: TestLibrary

beforeAll(async () => {
  library = await createTestLibrary()
})
afterAll(async () => {
  await library.close()
})

/** MD5, SHA-1 and SHA-256 by a letter and the length that names the kind. */
const md5 = (letter: string) => letter.repeat(32)
const sha1 = (letter: string) => letter.repeat(40)
const sha256 = (letter: string) => letter.repeat(64)

test('D2: what an owner says in pieces becomes one file, and another owner’s file is another', async () => {
  await send('Pieces', [[md5('a'), sha1('a')]])
  await send('Pieces', [[sha1('a'), sha256('a')]])
  await send('Others', [[md5('a'), sha256('b')]])
  expect(await links('Pieces')).toEqual(['a32-a40', 'a32-a64', 'a40-a64'])
  expect(await links('Others')).toEqual(['a32-b64'])
})

test('D2: FavorIncoming, which holds where nothing is said, takes the other hash out of the file', async () => {
  await send('Incoming', [[md5('c'), sha1('c'), sha256('c')]])
  expect(await send('Incoming', [[md5('c'), sha256('d')]])).toMatchObject({ created: 0, updated: 1, partial: 0 })
  expect(await links('Incoming')).toEqual(['c32-c40', 'c32-d64', 'c40-d64'])
  // Of two items in one batch, the later one holds, and so it does when the batch comes again.
  const both = [
    [md5('e'), sha256('e')],
    [md5('e'), sha256('f')],
  ]
  await send('Incoming both', both)
  await send('Incoming both', both)
  expect(await links('Incoming both')).toEqual(['e32-f64'])
})

test('D2: FavorExisting keeps the links that are there and tells what was not linked', async () => {
  await send('Existing', [[md5('a'), sha256('a')]])
  const sent = await send('Existing', [[md5('a'), sha1('b'), sha256('b')]], { hashCollisionMode: 'FavorExisting' })
  expect(sent).toMatchObject({ created: 0, updated: 1, partial: 1, refused: 0 })
  expect(await library.batches.errors(sent.id)).toMatchObject([{ code: '0x2003' }])
  expect(await links('Existing')).toEqual(['a32-a64', 'a32-b40', 'b40-a64'])
  expect(await values('Existing')).toEqual(['a32', 'a64', 'b40', 'b64'])
})

test('D2: IgnoreIncoming writes nothing of what collides, and refuses it by name', async () => {
  await send('Ignore', [[md5('a'), sha256('a')]])
  const config = { hashCollisionMode: 'ignoreIncoming' }
  const sent = await send('Ignore', [[md5('a'), sha256('b')], [sha256('c')], [md5('d'), sha256('d')]], config)
  expect(sent).toMatchObject({ created: 2, updated: 0, refused: 1, associations: 1 })
  const [error] = await library.batches.errors(sent.id)
  expect(error).toMatchObject({ code: '0x3001' })
  expect(error?.reason).toContain('is not valid. This owner has one of its hashes in another file')
  expect(await links('Ignore')).toEqual(['a32-a64', 'd32-d64'])
  expect(await values('Ignore')).toEqual(['a32', 'a64', 'c64', 'd32', 'd64'])
})

test('D2: IgnoreExisting leaves the other file as it is, and writes only what does not collide', async () => {
  await send('Ignored', [[md5('a'), sha256('a')]], { tagWriteType: 'Replace' }, 'before')
  const config = { hashCollisionMode: 'IgnoreExisting' }
  const sent = await send('Ignored', [[md5('a'), sha1('b'), sha256('b')]], config, 'after')
  expect(sent).toMatchObject({ created: 1, refused: 0, partial: 1 })
  expect(await links('Ignored')).toEqual(['a32-a64', 'b40-b64'])
  const { rows } = await library.database.pool.query(
    'select i.value, a.tags from assertion a join indicator i on i.id = a.indicator_id where a.owner_id = $1 and i.value = $2',
    [await library.owner('Ignored'), md5('a')],
  )
  expect(rows).toEqual([{ value: md5('a'), tags: ['before'] }])
})

test('D2: Split and Distribute write every hash and link none to what was another file before', async () => {
  await send('Split', [[md5('a'), sha256('a')]])
  await send('Split', [[md5('a'), sha256('b')]], { hashCollisionMode: 'Split' })
  expect(await links('Split')).toEqual(['a32-a64'])
  await send('Distribute', [[md5('a')], [sha256('a'), sha1('a')]])
  await send('Distribute', [[md5('a'), sha256('a')]], { fileMergeMode: 'Distribute' })
  expect(await links('Distribute')).toEqual(['a40-a64'])
  await send('Distribute', [[md5('b'), sha256('b')]], { fileMergeMode: 'Distribute' })
  expect(await links('Distribute')).toEqual(['a40-a64', 'b32-b64'])
  await send('Distribute', [[md5('a'), sha256('a')]])
  expect(await links('Distribute')).toEqual(['a32-a40', 'a32-a64', 'a40-a64', 'b32-b64'])
})

test('a mode that there is not is refused by name, before anything is written', async () => {
  await expect(send('Modes', [[md5('a'), sha1('a')]], { hashCollisionMode: 'Favour' })).rejects.toThrow(
    'hashCollisionMode: there is no mode Favour; write one of FavorIncoming',
  )
  expect(await values('Modes')).toEqual([])
})

test('LIB-1: a person takes a merge back; the same sent again leaves it so, other owners’ links stay, and it can be put in again', async () => {
  const file = [md5('7'), sha1('7'), sha256('7')]
  await send('Taken back', [file])
  await send('Untouched', [file])
  const [one, other] = [indicatorId('File', md5('7')), indicatorId('File', sha256('7'))] as const
  const link = { indicatorId: other, linkedId: one, owner: 'Taken back', kind: 'Same File' }
  await library.links.takeBack(library.person, link)
  expect(await links('Taken back')).toEqual(['732-740', '740-764'])
  expect(await links('Untouched')).toEqual(['732-740', '732-764', '740-764'])
  await send('Taken back', [file], {}, 'said anew')
  expect(await links('Taken back')).toEqual(['732-740', '740-764'])
  const shown = (await library.library.detail(library.person, one)).links
  expect(shown.map(({ value, owners }) => [value, owners])).toEqual([
    [sha1('7'), ['Taken back', 'Untouched']],
    [sha256('7'), ['Untouched']],
  ])
  await library.links.put(library.person, link)
  await library.links.put(library.person, link)
  expect(await links('Taken back')).toEqual(['732-740', '732-764', '740-764'])
  const { rows } = await library.database.pool.query(
    `select action, detail->>'owner' as owner from audit_event where action like 'indicator-link.%' order by id`,
  )
  expect(rows).toEqual([
    { action: 'indicator-link.take-back', owner: 'Taken back' },
    { action: 'indicator-link.restore', owner: 'Taken back' },
  ])
  await expect(library.links.takeBack(library.person, { ...link, owner: 'Nobody' })).rejects.toThrow('no such link')
  await expect(library.links.takeBack(library.person, { ...link, owner: undefined })).rejects.toThrow(
    'Several owners join these two: Taken back, Untouched. Name one of them',
  )
})

test('LIB-1: indicators are joined by an association’s own kind, which both of them show', async () => {
  const url = 'https://kinds.example/gate'
  const sent = await library.send('Kinds', {
    indicator: [
      { type: 'URL', summary: url, xid: 'u' },
      { type: 'Host', summary: 'kinds.example', xid: 'h' },
    ],
    association: [{ ref_1: 'u', type_1: 'URL', ref_2: 'h', type_2: 'Host', associationType: 'URL Host' }],
  })
  expect(sent).toMatchObject({ created: 2, associations: 1 })
  for (const [type, value, linked] of [
    ['URL', url, 'kinds.example'],
    ['Host', 'kinds.example', url],
  ] as const) {
    const detail = await library.library.detail(library.person, indicatorId(type, value))
    expect(detail.links).toMatchObject([{ value: linked, kind: 'URL Host', owners: ['Kinds'] }])
  }
})

async function send(owner: string, files: readonly (readonly string[])[], config: object = {}, tag?: string) {
  const indicator = files.map((hashes) => ({
    type: 'File',
    summary: hashes.join(' : '),
    ...(tag === undefined ? {} : { tag: [{ name: tag }] }),
  }))
  return library.send(owner, { indicator }, config)
}

/** Letter and length of both ends, each pair in the order of lengths. */
async function links(owner: string): Promise<string[]> {
  const { rows } = await library.database.pool.query<{ one: string; other: string }>(
    `select i.value as one, j.value as other from indicator_link l join indicator i on i.id = l.indicator_id
     join indicator j on j.id = l.linked_id where l.owner_id = $1 and l.taken_back_at is null`,
    [await library.owner(owner)],
  )
  return rows
    .map(({ one, other }) =>
      [one, other]
        .sort((a, b) => a.length - b.length)
        .map(short)
        .join('-'),
    )
    .sort()
}

async function values(owner: string): Promise<string[]> {
  const { rows } = await library.database.pool.query<{ value: string }>(
    'select i.value from assertion a join indicator i on i.id = a.indicator_id where a.owner_id = $1',
    [await library.owner(owner)],
  )
  return rows.map(({ value }) => short(value)).sort()
}

function short(value: string): string {
  return `${value[0]}${value.length}`
}
