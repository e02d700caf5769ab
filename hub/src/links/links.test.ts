import { indicatorId } from '@postern/intel'
import type { IndicatorSeparation } from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { createTestLibrary, type TestLibrary } from '../library/test-library.ts'

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

test('LIB-1: a person joins two hashes that an owner has, and with them the files that they are of', async () => {
  await send('Joined', [md5('a'), sha1('a')], [sha256('a')])
  await send('Beside', [md5('a')], [sha256('a')])
  await put('Joined', sha256('a'), md5('a'))
  expect(await linked('Joined', md5('a'))).toEqual([sha1('a'), sha256('a')])
  expect(await linked('Joined', sha256('a'))).toEqual([md5('a'), sha1('a')])
  expect(await linked('Beside', md5('a'))).toEqual([])
  // Again, it is so already.
  await put('Joined', md5('a'), sha256('a'))
  // The owner says nothing of the two together, and leaves them so.
  await send('Joined', [md5('a')], [sha256('a')])
  expect(await linked('Joined', sha256('a'))).toEqual([md5('a'), sha1('a')])
  // As TcEx reads and writes a file.
  await library.links.takeBack(library.person, linkOf('Joined', md5('a'), sha256('a')))
  await send('Joined', [md5('a'), sha256('a')])
  expect(await linked('Joined', md5('a'))).toEqual([sha1('a')])
  await put('Joined', md5('a'), sha256('a'))
  expect(await linked('Joined', md5('a'))).toEqual([sha1('a'), sha256('a')])
  const { rows } = await library.database.pool.query(
    `select action, detail->>'owner' as owner from audit_event where action like 'indicator-link.%' order by id`,
  )
  expect(rows).toEqual(
    ['join', 'take-back', 'restore'].map((done) => ({ action: `indicator-link.${done}`, owner: 'Joined' })),
  )
})

test('LIB-1: what a person separated is told at both ends: whose word, by whom and when, until somebody joins them again', async () => {
  await send('Parted', [md5('8'), sha1('8')])
  const at = new Date('2026-11-22T08:00:00.000Z')
  library.clock.set(at)
  await library.links.takeBack(library.person, linkOf('Parted', sha1('8'), md5('8')))
  // It stands against what the owner sends.
  await send('Parted', [md5('8'), sha1('8')])
  const parted = { type: 'File', kind: 'Same File', owner: 'Parted', separatedBy: 'pat', separatedAt: at.toISOString() }
  expect(await separations(md5('8'))).toMatchObject([{ ...parted, value: sha1('8') }])
  expect(await separations(sha1('8'))).toMatchObject([{ ...parted, value: md5('8') }])
  const { organizationId } = library
  const execution = {
    kind: 'execution',
    appKind: 'feed',
    organizationId,
    jobId: '1',
    executionId: '1',
    attempt: 1,
  } as const
  const ownerId = await library.owner('Parted')
  const job = { name: 'a feed', ownerId, readableOwnerIds: [ownerId], collectionIds: [], controlId: null }
  expect(await separations(md5('8'), { ...execution, ...job })).toEqual([])
  await put('Parted', md5('8'), sha1('8'))
  expect(await separations(md5('8'))).toEqual([])
  expect(await linked('Parted', md5('8'))).toEqual([sha1('8')])
})

test('LIB-1: where only one owner has both hashes it need not be named', async () => {
  await send('Alone', [md5('b')], [sha1('b')])
  await put(undefined, md5('b'), sha1('b'))
  expect(await linked('Alone', md5('b'))).toEqual([sha1('b')])
  await send('Other', [md5('c')], [sha1('c')])
  await send('Another', [md5('c')], [sha1('c')])
  await expect(put(undefined, md5('c'), sha1('c'))).rejects.toThrow(
    'Several owners have both: Another, Other. Name one of them as the owner.',
  )
})

test('LIB-1: what cannot be one file is refused, with what stands against it', async () => {
  await send('Refused', [md5('d'), sha256('d')], [sha1('e'), sha256('e')], [md5('e')])
  await library.send('Refused', { indicator: [{ type: 'Host', summary: 'file.example' }] })
  await send('Half', [md5('d')])
  await expect(put('Refused', md5('d'), md5('e'))).rejects.toThrow(
    'Both are MD5 hashes; a file has one hash of a kind.',
  )
  await expect(put('Refused', md5('d'), sha1('e'))).rejects.toThrow(
    `By the word of Refused the file would have 2 SHA-256 hashes: ${sha256('d')} and ${sha256('e')}. Separate`,
  )
  await expect(put('Half', md5('d'), sha1('e'))).rejects.toThrow(`Half does not have ${sha1('e')}. Add it`)
  await expect(put('Nobody', md5('d'), sha1('e'))).rejects.toThrow('Nobody does not have')
  await expect(put('Refused', md5('d'), sha1('unheard of'))).rejects.toThrow(
    `Of the two only ${md5('d')} is in the library.`,
  )
  await expect(put('Refused', md5('unheard of'), sha1('unheard of'))).rejects.toThrow('no such indicator')
  const host = { ...linkOf('Refused', md5('d'), md5('d')), linkedId: indicatorId('Host', 'file.example') }
  await expect(library.links.put(library.person, host)).rejects.toThrow('file.example is of type Host')
  await expect(library.links.put(library.person, { ...host, kind: 'URL Host' })).rejects.toThrow('no such link')
  expect(await linked('Refused', md5('d'))).toEqual([sha256('d')])
  expect(await linked('Refused', md5('e'))).toEqual([])
})

test('LIB-1: a person’s join waits for a batch of the owner that is under way', async () => {
  await send('Busy', [md5('f')], [sha1('f')])
  const ownerId = await library.owner('Busy')
  const client = await library.database.pool.connect()
  try {
    await client.query('begin')
    await client.query('select pg_advisory_xact_lock(62003, $1::int)', [ownerId])
    const joined = put('Busy', md5('f'), sha1('f'))
    await expect
      .poll(async () => {
        const waiting = 'select from pg_locks where locktype = $1 and classid = 62003 and not granted'
        return (await library.database.pool.query(waiting, ['advisory'])).rowCount
      })
      .toBe(1)
    await client.query('delete from assertion where owner_id = $1 and indicator_id = $2', [
      ownerId,
      indicatorId('File', sha1('f')),
    ])
    const refused = expect(joined).rejects.toThrow(`only ${md5('f')} is in the library`)
    await client.query('commit')
    await refused
  } finally {
    client.release()
  }
})

function linkOf(owner: string | undefined, one: string, other: string) {
  return { indicatorId: indicatorId('File', one), linkedId: indicatorId('File', other), owner, kind: 'Same File' }
}

async function put(owner: string | undefined, one: string, other: string): Promise<void> {
  await library.links.put(library.person, linkOf(owner, one, other))
}

async function send(owner: string, ...files: (readonly string[])[]): Promise<void> {
  await library.send(owner, { indicator: files.map((hashes) => ({ type: 'File', summary: hashes.join(' : ') })) })
}

async function separations(hash: string, caller: Caller = library.person): Promise<IndicatorSeparation[]> {
  return (await library.library.detail(caller, indicatorId('File', hash))).separations
}

/** The hashes that the owner says are of one file with this. */
async function linked(owner: string, hash: string): Promise<string[]> {
  const { links } = await library.library.detail(library.person, indicatorId('File', hash))
  return links
    .filter(({ owners }) => owners.includes(owner))
    .map(({ value }) => value)
    .sort((a, b) => a.length - b.length)
}
