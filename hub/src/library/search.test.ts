import { paths, type QueryHint } from '@postern/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { groupRoutes } from '../groups/routes.ts'
import { createServer, type Server } from '../http/server.ts'
import type { LibraryScope } from './library-scope.ts'
import { LibraryStore } from './library-store.ts'
import { hintsOnQuery } from './query-hints.ts'
import { queryLimits } from './query-limits.ts'
import { previewQuery } from './query-preview.ts'
import { libraryRoutes } from './routes.ts'
import { createTestLibrary, type TestLibrary } from './test-library.ts'
import { compileSearch } from './search-condition.ts'

let library: TestLibrary
let server: Server

beforeAll(async () => {
  library = await createTestLibrary()
  server = await createServer({ logger: false, authenticate: async () => library.person })
  libraryRoutes(server, library.library)
  groupRoutes(server, library.groups)
  await server.ready()
})
afterAll(async () => {
  await server.close()
  await library.close()
})

describe('LIB-3: searching', () => {
  async function search(query: Record<string, string>) {
    return read(await server.inject({ url: `${paths.indicators}?${new URLSearchParams(query)}` }))
  }
  async function searchByBody(payload: object) {
    return read(await server.inject({ method: 'POST', url: paths.indicatorSearch, payload }))
  }
  function read(reply: Awaited<ReturnType<Server['inject']>>) {
    const body = reply.json<{
      data: { value: string }[]
      next?: string
      total?: object
      hints?: QueryHint[]
      position?: number
      detail: string
    }>()
    return { status: reply.statusCode, body }
  }

  test('count=true counts exactly up to 10,000, and beyond estimates and says so', async () => {
    await library.send('Source', {
      indicator: Array.from({ length: 10_001 }, (_, n) => ({ type: 'Host', summary: `n${n}.example.net` })),
    })
    const tql = 'ownerName = "Source"'
    expect((await search({ tql, limit: '1' })).body).not.toHaveProperty('total')
    const all = await search({ tql, limit: '1', count: 'true' })
    expect(all.body).toMatchObject({ data: [{}], total: { count: expect.any(Number), isExact: false } })
    expect((all.body.total as { count: number }).count).toBeGreaterThanOrEqual(10_000)
    // Of a condition that no statistics tell of PostgreSQL expects a third.
    await library.database.pool.query('analyze assertion, indicator, indicator_view, owner')
    const low = await search({ tql: 'type > 0', limit: '1', count: 'true' })
    expect(low.body.total).toEqual({ count: 10_000, isExact: false, isLowerBound: true })
    const scope = { organizationId: library.organizationId, ownerIds: undefined }
    const preview = await previewQuery(library.database.db, scope, compileSearch('type > 0', new Date()))
    expect(preview).toMatchObject({ total: low.body.total, types: { Host: 10_001 }, typesStoppedAt: 10_001 })
    const some = await search({ tql: `${tql} and summary != "n0.example.net"`, limit: '1', count: 'true' })
    expect(some.body.total).toEqual({ count: 10_000, isExact: true })
    const none = await search({ tql: `${tql} and typeName = "URL"`, count: 'true' })
    expect(none.body).toEqual({ data: [], total: { count: 0, isExact: true } })
  })

  test('what is asked of tags that there are not is counted, and not estimated, however many branches it has', async () => {
    const tql = Array.from({ length: 60 }, (_, number) => `tag = "no tag ${number}"`).join(' or ')
    expect((await search({ tql, limit: '1', count: 'true' })).body).toMatchObject({
      data: [],
      total: { count: 0, isExact: true },
    })
    const scope = { organizationId: library.organizationId, ownerIds: undefined }
    const preview = await previewQuery(library.database.db, scope, compileSearch(tql, new Date()))
    expect(preview).toMatchObject({ total: { count: 0, isExact: true }, types: {}, leftOut: {} })
  })

  test('counting that takes too long is given up for an estimate, and that too rather than waiting', async () => {
    const rated = ['one', 'two'].map((name) => ({ type: 'Host', summary: `${name}.example.net`, rating: 3 }))
    await library.send('Rater', { indicator: rated })
    const store = new LibraryStore(library.database.db)
    const scope = { organizationId: library.organizationId, ownerIds: undefined }
    const condition = compileSearch('rating >= 0 or rating < 0', new Date())
    const other = await library.database.pool.connect()
    try {
      await other.query('begin; lock table assertion in access exclusive mode')
      expect(await store.count(scope, condition, 10, 50)).toBeUndefined()
    } finally {
      await other.query('rollback')
      other.release()
    }
    expect(await store.count(scope, condition, 2, 60_000)).toEqual({ count: 2, isExact: true })
    expect(await store.count(scope, condition, 1, 60_000)).toMatchObject({ isExact: false })
  })

  test('a list of thousands is asked for by a body, page by page; one of more than a list may hold is told', async () => {
    const names = Array.from({ length: 2000 }, (_, n) => `listed${n}.example.net`)
    await library.send('Listed', { indicator: names.map((summary) => ({ type: 'Host', summary })) })
    const listed = (values: string[]) => `summary in (${values.map((value) => `"${value}"`).join(', ')})`
    const tql = listed(names)
    expect((await search({ tql })).status).toBe(400)
    const first = await searchByBody({ tql, limit: 1000, count: true })
    expect(first.body).toMatchObject({ total: { count: 2000, isExact: true }, next: expect.any(String) })
    const second = await searchByBody({ tql, limit: 1000, cursor: first.body.next })
    expect(second.body).not.toHaveProperty('next')
    const found = [...first.body.data, ...second.body.data].map(({ value }) => value)
    expect(found.toSorted()).toEqual(names.toSorted())

    const hashes = (length: number) => Array.from({ length }, (_, n) => n.toString(16).padStart(64, '0'))
    const most = await searchByBody({ tql: listed([...hashes(9_999), 'listed7.example.net']) })
    expect(most).toMatchObject({ status: 200, body: { data: [{ value: 'listed7.example.net' }] } })
    expect(await searchByBody({ tql: listed(hashes(10_001)) })).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('at most 10000 items'), position: expect.any(Number) },
    })
    expect((await searchByBody({ tql: 'typeName = "Host"', offset: 7 })).status).toBe(400)
    expect((await searchByBody({})).body.data).toHaveLength(100)
  })

  test('groups are asked for by a body, too', async () => {
    const names = Array.from({ length: 2000 }, (_, n) => `Report ${n}`)
    await library.send('Reports', {
      group: names.slice(0, 3).map((name) => ({ type: 'Report', name, xid: name })),
    })
    const groups = async (payload: object) =>
      read(await server.inject({ method: 'POST', url: paths.groupSearch, payload }))
    const tql = `name in (${names.map((name) => `"${name}"`).join(', ')})`
    const first = await groups({ tql, limit: 2 })
    const second = await groups({ tql, limit: 2, cursor: first.body.next })
    expect([first.body.data.length, second.body.data.length]).toEqual([2, 1])
    expect((await groups({ tql, cursor: 'nowhere' })).status).toBe(400)
  })

  test('an owner that there is not is told with its place, and the one that was meant, beside a good answer', async () => {
    await library.send('OSINT feed', { indicator: [{ type: 'Host', summary: 'hinted.example.net' }] })
    const hintsOf = async (tql: string) => (await search({ tql, limit: '1' })).body.hints
    const meant = 'There is no owner “OSINT fed”. Did you mean OSINT feed?'
    expect(await hintsOf('ownerName = "OSINT fed"')).toEqual([{ message: meant, position: 12 }])
    const some = await search({ tql: 'ownerName in ("OSINT feed", "Zz~")' })
    expect(some.body).toMatchObject({ data: [{}], hints: [{ message: 'There is no owner “Zz~”.', position: 28 }] })
    expect(await hintsOf('not (hasTag(ownerName = "osint feed") or tagOwnerName != "x")')).toMatchObject([
      { message: 'There is no owner “osint feed”. Did you mean OSINT feed?' },
      { message: 'There is no owner “x”.' },
    ])
    const right = 'ownerName = "OSINT feed" and ownerName like "%fed%" and hasAttribute(text = "OSINT fed")'
    expect(await hintsOf(right)).toBeUndefined()
    const list = Array.from({ length: 2000 }, (_, number) => `"nobody ${number}"`).join()
    const many = await searchByBody({ tql: `ownerName in (${list})`, count: true })
    expect(many.body.hints).toHaveLength(queryLimits.hintsMax)
    expect((await searchByBody({ tql: `ownerName in (${list})`, limit: 1 })).status).toBe(200)
  })

  test('a status or a security label that there is not is told, and the one that was meant', async () => {
    const hintsOf = async (tql: string) => (await search({ tql, limit: '1' })).body.hints
    expect(await hintsOf('status = "Foo" or securityLabel = "TLP:AMBR"')).toEqual([
      { message: 'There is no status “Foo”. There are: Active, Review, Expired, Indirect, Whitelisted.', position: 9 },
      { message: 'There is no security label “TLP:AMBR”. Did you mean TLP:AMBER?', position: 34 },
    ])
    expect(await hintsOf('STA_TUS in ("Active", "Expird") and hasSecurityLabel(name != "Ours")')).toMatchObject([
      { message: 'There is no status “Expird”. Did you mean Expired?' },
      { message: 'There is no security label “Ours”.' },
    ])
    await library.database.pool.query(`insert into security_label (name) values ('Ours only')`)
    expect(await hintsOf('securityLabel = "Our only"')).toMatchObject([
      { message: 'There is no security label “Our only”. Did you mean Ours only?' },
    ])
    const right = 'status = "Review" and status like "%x%" and securityLabel in ("Ours only", "tlp: amber", "TLP:RED")'
    expect(await hintsOf(`${right} and hasGroup(status = "Anything")`)).toBeUndefined()
  })

  test('a tag that there is not is told, and the one that was meant, also among very many; to an organization that is alone on the hub', async () => {
    const tags = [...Array.from({ length: 3000 }, (_, number) => `aaa ${number}`), 'botnet', 'Zeus']
    const { pool, db } = library.database
    await pool.query('insert into tag (name) select unnest($1::text[])', [tags])
    const hintsOf = async (tql: string) => (await search({ tql, limit: '1' })).body.hints
    expect(await hintsOf('tag = "botnt" or hasTag(name in ("botnet", "zeus"))')).toEqual([
      { message: 'There is no tag “botnt”. Did you mean botnet?', position: 6 },
      { message: 'There is no tag “zeus”. Did you mean Zeus?', position: 43 },
    ])
    expect(await hintsOf('tag = "aaa 299x"')).toMatchObject([
      { message: 'There is no tag “aaa 299x”. Did you mean aaa 299?' },
    ])
    expect(await hintsOf('not hasTag(summary != "nothing like it") and tag = "a"')).toMatchObject([
      { message: 'There is no tag “nothing like it”.' },
      { message: 'There is no tag “a”.' },
    ])
    expect(await hintsOf('tag in ("botnet", "Zeus") and tag like "%botnt%" and attackTag = "T1566"')).toBeUndefined()
    const list = Array.from({ length: 9000 }, (_, number) => `"no tag ${number}"`).join()
    expect((await searchByBody({ tql: `tag in (${list})`, limit: 1 })).body.hints).toHaveLength(queryLimits.hintsMax)
    const other = { organizationId: '999', ownerIds: undefined }
    expect(await hintsOnQuery(db, other, 'tag = "botnt"', 'indicator')).toEqual([])
  })

  test('a rating or confidence that nothing can have is told with its place', async () => {
    const hintsOf = async (tql: string) => (await search({ tql, limit: '1' })).body.hints
    expect(await hintsOf('rating > 9 or confidence > 100 or hasIndicator(rating in (1, 7.5))')).toEqual([
      { message: 'No rating is above 9: it goes from 0 to 5.', position: 9 },
      { message: 'No confidence is above 100: it goes from 0 to 100.', position: 27 },
      { message: 'No rating is 7.5: it goes from 0 to 5.', position: 61 },
    ])
    expect(await hintsOf('rating >= 5.5 and confidence < 0 and confidence <= -1 and not rating != 6')).toMatchObject([
      { message: 'No rating is as high as 5.5: it goes from 0 to 5.' },
      { message: 'No confidence is below 0: it goes from 0 to 100.' },
      { message: 'No confidence is as low as -1: it goes from 0 to 100.' },
      { message: 'No rating is 6: it goes from 0 to 5.' },
    ])
    expect(
      await hintsOf('rating >= 5 and rating <= 0 and rating < 9 and confidence in (0, 100) and rating > -1'),
    ).toBeUndefined()
  })

  test('what only others may not see is no owner: neither for a job that does not read it, nor for another organization', async () => {
    const { id: ownerId } = await library.database.db
      .selectFrom('owner')
      .select('id')
      .where('name', '=', 'OSINT feed')
      .executeTakeFirstOrThrow()
    const { organizationId, database } = library
    const hints = (scope: LibraryScope) => hintsOnQuery(database.db, scope, 'ownerName = "OSINT feed"', 'indicator')
    expect(await hints({ organizationId, ownerIds: [ownerId] })).toEqual([])
    expect(await hints({ organizationId, ownerIds: [] })).toMatchObject([
      { message: 'There is no owner “OSINT feed” that may be read here.' },
    ])
    expect(await hints({ organizationId: '999', ownerIds: undefined })).toMatchObject([
      { message: 'There is no owner “OSINT feed”.' },
    ])
    const labels = 'securityLabel in ("Our only", "Nobody’s", "TLP:AMBR")'
    expect(await hintsOnQuery(database.db, { organizationId: '999', ownerIds: undefined }, labels, 'group')).toEqual([
      { message: 'There is no security label “TLP:AMBR”. Did you mean TLP:AMBER?', position: 42 },
    ])
  })

  test('LIB-8: each row says by which statuses it is or is not in force, by the word of the owners that its reader may read', async () => {
    const stand = async (owner: string, summary: string, said: object) =>
      library.send(owner, { indicator: [{ type: 'Host', summary, ...said }] })
    await stand('One', 'old.example.net', { status: 'Expired' })
    await stand('Two', 'old.example.net', { status: 'Review' })
    await stand('One', 'taken-back.example.net', { active: false })
    await stand('One', 'mixed.example.net', { status: 'Whitelisted' })
    await stand('Two', 'mixed.example.net', { status: 'Active' })
    const tql = 'summary in ("old.example.net", "taken-back.example.net", "mixed.example.net")'
    const standing = (rows: readonly { value: string; active: boolean; statuses: string[] }[]) =>
      Object.fromEntries(rows.map(({ value, active, statuses }) => [value, { active, statuses }]))
    const { data } = await library.library.search(library.person, { tql, limit: 10 })
    expect(standing(data)).toEqual({
      'old.example.net': { active: false, statuses: ['Expired', 'Review'] },
      'taken-back.example.net': { active: false, statuses: ['Active'] },
      'mixed.example.net': { active: true, statuses: ['Active', 'Whitelisted'] },
    })
    for (const { id, statuses } of data)
      expect((await library.library.detail(library.person, id)).statuses).toEqual(statuses)
    const onlyOne = { organizationId: library.organizationId, ownerIds: [await library.owner('One')] }
    const condition = compileSearch(tql, new Date())
    const rows = await new LibraryStore(library.database.db).page(onlyOne, condition, undefined, 10)
    expect(standing(rows)).toEqual({
      'old.example.net': { active: false, statuses: ['Expired'] },
      'taken-back.example.net': { active: false, statuses: ['Active'] },
      'mixed.example.net': { active: false, statuses: ['Whitelisted'] },
    })
  })

  test('a mistake in a query is answered with its place', async () => {
    expect(await search({ tql: 'typeName = "Host" and ratin > 3' })).toMatchObject({
      status: 400,
      body: { position: 22, detail: expect.stringContaining('character 23') },
    })
  })
})
