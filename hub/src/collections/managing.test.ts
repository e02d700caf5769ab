import type { CollectionHistoryPage, CollectionPreview, CollectionVersionPage } from '@postern/protocol'
import { type Collection, paths } from '@postern/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type * as z from 'zod'
import type { Caller, PersonCaller } from '../access/caller.ts'
import { createServer, type Server } from '../http/server.ts'
import { libraryRoutes } from '../library/routes.ts'
import { collectionRoutes } from './routes.ts'
import { createTestCollections, type TestCollections } from './test-collections.ts'

let made: TestCollections
let server: Server

beforeAll(async () => {
  made = await createTestCollections()
  // Callers name themselves; what they may do is the routes' own.
  server = await createServer({
    logger: false,
    authenticate: async (request) => JSON.parse(String(request.headers['caller'])) as Caller,
  })
  collectionRoutes(server, made.collections)
  libraryRoutes(server, made.library.library)
  await server.ready()
})
afterAll(async () => {
  await server.close()
  await made.close()
})

type Answer<T> = { status: number; body: T }

async function call<T>(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  url: string,
  body?: object,
  caller: Caller = made.library.person,
): Promise<Answer<T>> {
  const reply = await server.inject({
    method,
    url,
    headers: { caller: JSON.stringify(caller) },
    ...(body === undefined ? {} : { payload: body }),
  })
  return { status: reply.statusCode, body: reply.body === '' ? (null as T) : reply.json<T>() }
}

const analyst = (userId: string): PersonCaller => ({
  kind: 'user',
  userId,
  name: `analyst ${userId}`,
  role: 'analyst',
  organizationId: made.library.organizationId,
})
const history = async (id: string) =>
  (await call<z.infer<typeof CollectionHistoryPage>>('GET', paths.collectionHistory(id))).body.data

test('LIB-3: a data collection is changed, and its new query takes effect with the next turn', async () => {
  await made.hosts('Change', ['c1.example.com'], { rating: 1 })
  await made.hosts('Change', ['c2.example.com'], { rating: 5 })
  const id = await made.refreshed('ownerName = "Change"')
  const changed = await call<Collection>('PATCH', paths.collection(id), {
    name: 'Changed',
    description: 'What is bad',
    tql: 'ownerName = "Change" and rating > 3',
    freshnessSeconds: 60,
  })
  expect(changed).toMatchObject({
    status: 200,
    body: { name: 'Changed', description: 'What is bad', freshnessSeconds: 60, refreshedAt: null, count: 2 },
  })
  await made.collections.refreshDue()
  expect((await call<Collection>('GET', paths.collection(id))).body).toMatchObject({ version: 2, count: 1 })
  expect(await call('PATCH', paths.collection(id), { tql: 'ratng > 1' })).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining('Did you mean rating'), position: 0 },
  })
  await call('POST', paths.collections, { name: 'Taken', tql: 'rating > 1' })
  expect(await call('PATCH', paths.collection(id), { name: 'Taken' })).toMatchObject({ status: 409 })
})

test('LIB-3: one’s own data collection is seen by its maker and by administrators alone, until it is shared', async () => {
  const [ann, bob] = [analyst('11'), analyst('12')]
  const { body } = await call<Collection>(
    'POST',
    paths.collections,
    { name: 'Mine', tql: 'rating > 1', isShared: false },
    ann,
  )
  expect(body).toMatchObject({ isShared: false, madeBy: 'analyst 11' })
  const own = paths.collection(body.id)
  const seen = async (caller: Caller) => {
    const { data } = (await call<{ data: Collection[] }>('GET', `${paths.collections}?limit=1000`, undefined, caller))
      .body
    return data.some(({ id }) => id === body.id)
  }
  expect([await seen(ann), await seen(bob), await seen(made.library.person)]).toEqual([true, false, true])
  for (const url of [own, paths.collectionVersions(body.id), paths.collectionHistory(body.id)]) {
    expect((await call('GET', url, undefined, bob)).status, url).toBe(404)
  }
  expect((await call('PATCH', own, { isShared: true }, bob)).status).toBe(404)
  expect((await call('DELETE', own, undefined, bob)).status).toBe(404)
  // The same number under another kind of credential is somebody else.
  const token: Caller = {
    kind: 'token',
    tokenId: '11',
    name: 'analyst 11',
    role: 'analyst',
    organizationId: ann.organizationId,
  }
  expect(await seen(token)).toBe(false)
  expect((await call('PATCH', own, { isShared: true }, ann)).status).toBe(200)
  expect(await seen(bob)).toBe(true)
  // What was everybody's and is kept to oneself is one's own.
  expect((await call<Collection>('PATCH', own, { isShared: false }, ann)).body.madeBy).toBe('analyst 11')
})

test('LIB-3: a data collection that a job, a firewall list or a TAXII collection goes by is neither deleted nor renamed', async () => {
  const { db } = made.library.database
  const id = await made.refreshed('ownerName = "Nobody"')
  const { id: listId } = await db
    .insertInto('firewall_list')
    .values({ organization_id: made.library.organizationId, name: 'edge', collection_id: id, format: 'text' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const refused = { status: 409, body: { detail: expect.stringContaining('firewall list edge goes by it') } }
  expect(await call('DELETE', paths.collection(id))).toMatchObject(refused)
  expect(await call('PATCH', paths.collection(id), { name: 'Other name' })).toMatchObject(refused)
  expect((await call('PATCH', paths.collection(id), { description: 'As before' })).status).toBe(200)
  await sql`
    with l as (insert into firewall_list (organization_id, name, collection_id, format)
        select ${made.library.organizationId}, 'edge-' || n, ${id}, 'text' from generate_series(1, 12) n),
      a as (insert into app (program_name, kind, display_name) values ('X_v1', 'export', 'X') returning id),
      e as (insert into environment (organization_id, name) values (${made.library.organizationId}, 'Site') returning id),
      j as (insert into job (organization_id, name, app_id, environment_id, timeout_seconds)
        select ${made.library.organizationId}, 'Nightly', a.id, e.id, 60 from a, e returning id)
    insert into job_collection (job_id, collection_id) select id, ${id} from j`.execute(db)
  const all = {
    status: 409,
    body: { detail: expect.stringMatching(/: job Nightly, firewall list edge, .* and 4 more go by it/) },
  }
  expect(await call('DELETE', paths.collection(id))).toMatchObject(all)
  await sql`delete from firewall_list where name like 'edge-%'`.execute(db)
  await sql`delete from job_collection where collection_id = ${id}`.execute(db)
  await db.deleteFrom('firewall_list').where('id', '=', listId).execute()
  expect((await call('DELETE', paths.collection(id))).status).toBe(204)
  expect((await call('GET', paths.collection(id))).status).toBe(404)
  const left = await db.selectFrom('collection').select('id').where('id', '=', id).execute()
  expect(left).toEqual([])
})

test('LIB-3: a preview counts, names types, shows the newest, and says what would enter and leave', async () => {
  await made.hosts(
    'Preview',
    Array.from({ length: 25 }, (_, index) => `p${index}.example.com`),
    { rating: 2 },
  )
  await made.hosts('Preview', ['p1.example.com', 'p2.example.com'], { rating: 4 })
  const id = await made.refreshed('ownerName = "Preview" and rating < 3')
  const preview = async (tql: string, collectionId?: string) =>
    call<CollectionPreview>('POST', paths.collectionPreview, {
      tql,
      ...(collectionId === undefined ? {} : { collectionId }),
    })
  const all = await preview('ownerName = "Preview"')
  expect(all).toMatchObject({
    status: 200,
    body: { total: { count: 25, isExact: true }, types: { Host: 25 }, typesStoppedAt: null, changes: null },
  })
  expect(all.body.sample).toHaveLength(20)
  expect((await preview('ownerName = "Preview"', id)).body.changes).toEqual({ enter: 2, leave: 0 })
  expect((await preview('ownerName = "Preview" and rating > 3', id)).body.changes).toEqual({ enter: 2, leave: 23 })
  expect(all.body).not.toHaveProperty('hints')
  const mistaken = await preview('ownerName in ("Preview", "Previews")')
  expect(mistaken.body).toMatchObject({
    total: { count: 25 },
    hints: [{ message: 'There is no owner “Previews”. Did you mean Preview?' }],
  })
  expect((await preview('ownerName = ', id)).status).toBe(400)
  expect((await preview('rating > 1', '999999')).status).toBe(404)
})

test('LIB-3: beside how many stands how many no reader is given, and why, before a query is saved and after', async () => {
  await made.hosts('Given', ['g1.example.com', 'g2.example.com', 'ours.given.example.com'])
  await made.hosts('Given', ['off.given.example.com'], { active: false })
  await made.hosts('Given', ['review.given.example.com'], { status: 'Review' })
  const { person, exclusions } = made.library
  const list = await exclusions.create(person, { name: 'Given', mode: 'block', atImport: false })
  const entries = [{ entry: 'ours.given.example.com' }]
  await exclusions.writeEntries(person, list.id, Buffer.from(JSON.stringify({ entries })))
  await exclusions.pass()
  const tql = 'ownerName = "Given"'
  const leftOut = { excluded: 1, inactive: 2 }
  const { body } = await call<CollectionPreview>('POST', paths.collectionPreview, { tql })
  expect(body).toMatchObject({ total: { count: 5 }, types: { Host: 5 }, leftOut })
  const id = await made.refreshed(tql)
  expect((await call('GET', paths.collection(id))).body).toMatchObject({ count: 5, leftOut })
  expect((await made.values(id)).end).toMatchObject({ count: 2, leftOut })
  // More than are shown.
  const more = Array.from({ length: 20 }, (_, index) => `more${index}.given.example.com`)
  await made.hosts('Given', more, { status: 'Expired' })
  const counted = await call<CollectionPreview>('POST', paths.collectionPreview, { tql })
  expect(counted.body).toMatchObject({
    total: { count: 25 },
    types: { Host: 25 },
    leftOut: { excluded: 1, inactive: 22 },
  })
  const none = await made.refreshed('ownerName = "Given" and summary = "g1.example.com"')
  expect((await call('GET', paths.collection(none))).body).toMatchObject({ count: 1, leftOut: {} })
})

test('LIB-3: versions and history say what entered and left, when, and why', async () => {
  await made.hosts('History', ['stays.example.com', 'goes.example.com', 'cools.example.com', 'old.example.com'], {
    rating: 4,
  })
  const id = await made.refreshed('ownerName = "History" and rating > 3 and status != "Expired"')
  await made.deleteHosts('History', ['goes.example.com'])
  await made.hosts('History', ['cools.example.com'], { rating: 1 })
  await made.hosts('History', ['old.example.com'], { status: 'Expired' })
  await made.hosts('History', ['stays.example.com'], { active: false, securityLabel: [{ name: 'TLP:GREEN' }] })
  await made.collections.refresh(made.library.person, id)
  const { data } = (await call<z.infer<typeof CollectionVersionPage>>('GET', paths.collectionVersions(id))).body
  expect(data).toMatchObject([
    { version: 2, count: 1, entered: 0, departed: 3, changed: 1 },
    { version: 1, count: 4, entered: 4, departed: 0, changed: 0 },
  ])
  const entries = await history(id)
  const reasons = (version: number) =>
    Object.fromEntries(entries.filter((entry) => entry.version === version).map((entry) => [entry.value, entry.reason]))
  expect(reasons(2)).toEqual({
    'goes.example.com': 'deleted by History',
    'cools.example.com': 'no owner’s assertion fits the query any more',
    'old.example.com': 'expired, as History has it',
    'stays.example.com': 'active for no owner, TLP:GREEN, and not excluded since',
  })
  expect(reasons(1)).toMatchObject({
    'stays.example.com': 'asserted by History',
    'cools.example.com': 'an assertion of History fitted the query then',
    'goes.example.com': 'asserted then by an owner who no longer has it',
  })
})

test('LIB-3: what leaves since the query was changed says who changed it, and the version says when', async () => {
  await made.hosts('Query', ['q1.example.com', 'q2.example.com'], { rating: 2 })
  await made.hosts('Query', ['q3.example.com'], { rating: 5 })
  const id = await made.refreshed('ownerName = "Query"')
  const [tql, before] = ['ownerName = "Query" and rating > 3', made.library.clock.now()]
  await call('PATCH', paths.collection(id), { tql }, analyst('8'))
  await made.collections.refresh(made.library.person, id)
  await made.hosts('Query', ['q3.example.com'], { rating: 1 })
  await made.collections.refresh(made.library.person, id)
  const { data } = (await call<z.infer<typeof CollectionVersionPage>>('GET', paths.collectionVersions(id))).body
  const at = data[1]?.queryChange?.at ?? ''
  expect(data.map(({ queryChange }) => queryChange)).toEqual([null, { tql, by: 'analyst 8', at }, null])
  expect(Date.parse(at)).toBeGreaterThanOrEqual(before.getTime())
  const changed = 'the query was changed by analyst 8'
  expect((await history(id)).map(({ value, reason }) => [value, reason]).slice(0, 3)).toEqual([
    ['q3.example.com', 'no owner’s assertion fits the query any more'],
    [expect.stringMatching(/^q[12]/), changed],
    [expect.stringMatching(/^q[12]/), changed],
  ])
})

test('LIB-3: pages of versions and of history go on without a gap', async () => {
  await made.hosts('Pages', ['g1.example.com', 'g2.example.com', 'g3.example.com'])
  const id = await made.refreshed('ownerName = "Pages"')
  await made.deleteHosts('Pages', ['g1.example.com'])
  await made.collections.refresh(made.library.person, id)
  for (const [path, numbers] of [
    [paths.collectionVersions(id), [2, 1]],
    [paths.collectionHistory(id), [4, 3, 2, 1]],
  ] as const) {
    const seen: number[] = []
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const url: string = `${path}?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`
      const { body }: Answer<{ data: { number?: number; version: number }[]; next?: string }> = await call('GET', url)
      seen.push(...body.data.map((each) => each.number ?? each.version))
      cursor = body.next
    }
    expect(seen).toEqual([...numbers])
  }
})

test('LIB-3: names for a query come by their beginning, and others’ names never do', async () => {
  await made.hosts('Suggest One', ['s1.example.com'], { tag: [{ name: 'Suggest 100%' }, { name: 'suggest_b' }] })
  await made.hosts('suggest two', ['s1.example.com'], { attribute: [{ type: 'Suggested by', value: 'x' }] })
  const names = async (query: string) =>
    (await call<{ names: string[] }>('GET', `${paths.tqlSuggestions}?${query}`)).body.names
  expect(await names('keyword=ownerName&start=sug')).toEqual(['Suggest One', 'suggest two'])
  expect(await names('keyword=tag&start=SUGGEST')).toEqual(['Suggest 100%', 'suggest_b'])
  expect(await names('keyword=tag&start=suggest_')).toEqual(['suggest_b'])
  expect(await names('object=tag&keyword=name&start=suggest%201')).toEqual(['Suggest 100%'])
  expect(await names('object=attribute&keyword=typeName&start=sug')).toEqual(['Suggested by'])
  expect((await call('GET', `${paths.tqlSuggestions}?keyword=rating`)).status).toBe(400)
  const labels = ['TLP:PINK', 'TLP:AMBR', 'TLP:GREEN', 'TLPT exercise', 'Suggested only'].map((name) => ({ name }))
  await made.hosts('Suggest One', ['s1.example.com'], { securityLabel: labels })
  const levels = ['TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED']
  expect(await names('keyword=securityLabel&start=tlp')).toEqual([...levels, 'TLPT exercise', 'TLP:AMBR', 'TLP:PINK'])
  expect(await names('object=group&keyword=securityLabel&start=TLP%3Aamb')).toEqual([
    'TLP:AMBER',
    'TLP:AMBER+STRICT',
    'TLP:AMBR',
  ])
  const { db } = made.library.database
  const other = await db.insertInto('organization').values({ name: 'Others' }).returning('id').executeTakeFirstOrThrow()
  await db.insertInto('owner').values({ organization_id: other.id, name: 'Suggest nothing', kind: 'Source' }).execute()
  const stranger: Caller = { ...made.library.person, organizationId: other.id }
  for (const keyword of ['tag', 'ownerName', 'securityLabel']) {
    const url = `${paths.tqlSuggestions}?keyword=${keyword}&start=sug`
    const found = (await call<{ names: string[] }>('GET', url, undefined, stranger)).body.names
    expect(found, keyword).toEqual(keyword === 'ownerName' ? ['Suggest nothing'] : [])
  }
  // With others on the hub, tags are looked for among one's own.
  expect(await names('keyword=tag&start=SUGGEST')).toEqual(['Suggest 100%', 'suggest_b'])
})
