import { BatchAnswer, IndicatorTypesAnswer, IndicatorPage, Ledger, LedgerItemPage, paths } from '@postern/protocol'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { lockClasses } from '../database/advisory-locks.ts'
import { createServer, type Server } from '../http/server.ts'
import { serveLibrary } from '../library/create-library.ts'
import { createTestLibrary, type TestLibrary } from '../library/test-library.ts'
import { feedExecution, loseAttempt, nextAttempt } from './test-execution.ts'

let library: TestLibrary
let server: Server
let callers: Record<string, Caller>

beforeAll(async () => {
  library = await createTestLibrary()
  const feed = await feedExecution(library, await library.owner('Feed'))
  callers = {
    person: library.person,
    reader: { ...library.person, role: 'read-only' },
    foreigner: { ...library.person, organizationId: '424242' },
    feed,
    alerts: { ...feed, appKind: 'alerts' },
    other: await feedExecution(library, await library.owner('Other')),
    exporter: { ...feed, appKind: 'export', ownerId: null, readableOwnerIds: [] },
  }
  server = await createServer({
    logger: false,
    authenticate: async (request) =>
      callers[String(request.headers['x-caller'] ?? '')] ?? { kind: 'stranger', name: 'stranger' },
  })
  serveLibrary(server, library)
  await server.ready()
})
afterAll(async () => {
  await server.close()
  await library.close()
})

/** As TcEx sends it: both parts with a filename and no content type (T6). */
function multipart(config: object, content: string | object) {
  const boundary = '5c6a7e0d1f'
  const part = (name: string, text: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${text}\r\n`
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    payload: `${part('config', JSON.stringify(config))}${part('content', text)}--${boundary}--\r\n`,
  }
}

const create = {
  action: 'Create',
  owner: 'Feed',
  attributeWriteType: 'Replace',
  haltOnError: 'false',
  playbookTriggersEnabled: 'false',
  securityLabelWriteType: 'Replace',
  tagWriteType: 'Replace',
  version: 'V2',
}

function submit(caller: string, config: object, content: string | object) {
  const { headers, payload } = multipart(config, content)
  return server.inject({
    method: 'POST',
    url: '/api/v2/batch/createAndUpload?includeAdditional=true',
    headers: { ...headers, 'x-caller': caller },
    payload,
  })
}

const items = (prefix: string, count: number) => ({
  indicator: Array.from({ length: count }, (_, n) => ({
    type: 'Host',
    summary: `${prefix}${n}.example.com`,
    xid: `${prefix}${n}`,
  })),
})

test('FD-2: createAndUpload answers at once, without an id, under the bare media type', async () => {
  const answer = await submit('feed', create, { ...items('sync', 3), group: [{ type: 'Report', name: 'R', xid: 'r' }] })
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-type']).toBe('application/json')
  const { data } = BatchAnswer.parse(answer.json())
  expect(data.batchStatus).toEqual({
    status: 'Completed',
    errorCount: 0,
    successCount: 4,
    unprocessCount: 0,
    successGroupCount: 1,
    errorGroupCount: 0,
    successIndicatorCount: 3,
    errorIndicatorCount: 0,
  })
})

test('T2: the same request twice is one batch of the execution; with another between, it is a new one', async () => {
  const batches = async () =>
    (
      await library.database.pool.query('select count(*)::int as count from batch where execution_id = $1', [
        callers['feed']?.kind === 'execution' ? callers['feed'].executionId : '',
      ])
    ).rows[0].count as number
  const first = await submit('feed', create, items('twice', 5))
  const count = await batches()
  const second = await submit('feed', create, items('twice', 5))
  expect(second.json()).toEqual(first.json())
  expect(await batches()).toBe(count)
  await Promise.all([submit('feed', create, items('race', 50)), submit('feed', create, items('race', 50))])
  expect(await batches()).toBe(count + 1)
  await submit('feed', create, items('twice', 5))
  expect(await batches()).toBe(count + 2)
})

test('T1: a batch is of the attempt that sent it, and of the later one where that repeats it', async () => {
  const first = await feedExecution(library, await library.owner('Retried'))
  const config = { ...create, owner: 'Retried' }
  const attempts = async () => {
    const batches = library.database.db
      .selectFrom('batch')
      .select('attempt')
      .where('execution_id', '=', first.executionId)
    return (await batches.orderBy('id').execute()).map(({ attempt }) => attempt)
  }
  callers['retried'] = first
  for (const prefix of ['before', 'same']) await submit('retried', config, items(prefix, 1))
  await loseAttempt(library, first)
  callers['retried'] = await nextAttempt(library, first)
  for (const prefix of ['same', 'after']) await submit('retried', config, items(prefix, 1))
  expect(await attempts()).toEqual([1, 2, 2])
  // Its last words come late: they take nothing from the one after it.
  callers['retried'] = first
  await submit('retried', config, items('after', 1))
  expect(await attempts()).toEqual([1, 2, 2])
})

test('the two-step way: created, polled, uploaded, polled, errors', async () => {
  const made = await server.inject({
    method: 'POST',
    url: '/api/v2/batch',
    headers: { 'x-caller': 'feed' },
    payload: create,
  })
  expect(made.statusCode).toBe(201)
  const id = made.json<{ data: { batchId: number } }>().data.batchId
  expect(Number.isInteger(id)).toBe(true)
  const poll = () =>
    server.inject({ method: 'GET', url: `/api/v2/batch/${id}?includeAdditional=true`, headers: { 'x-caller': 'feed' } })
  const errors = () =>
    server.inject({ method: 'GET', url: `/api/v2/batch/${id}/errors`, headers: { 'x-caller': 'feed' } })
  expect((await poll()).json()).toEqual({
    status: 'Success',
    data: { batchId: id, batchStatus: { id, status: 'Created' } },
  })
  expect((await errors()).statusCode).toBe(400)
  const upload = () =>
    server.inject({
      method: 'POST',
      url: `/api/v2/batch/${id}`,
      headers: { 'x-caller': 'feed', 'content-type': 'application/octet-stream' },
      payload: JSON.stringify({
        indicator: [{ type: 'Address', summary: '1.2.3' }, ...items('step', 1).indicator],
        file: {},
      }),
    })
  expect((await upload()).statusCode).toBe(202)
  expect((await upload()).statusCode).toBe(202)
  expect(BatchAnswer.parse((await poll()).json()).data.batchStatus).toMatchObject({
    id,
    status: 'Completed',
    errorCount: 1,
    errorIndicatorCount: 1,
    successIndicatorCount: 1,
  })
  const list = (await errors()).json<{ errorReason: string; errorSource: string }[]>()
  expect(list[0]?.errorReason.split('is not valid. ')[1]).toMatch(/\w/)
  const foreign = await server.inject({ method: 'GET', url: `/api/v2/batch/${id}`, headers: { 'x-caller': 'other' } })
  expect(foreign.statusCode).toBe(404)
  expect(foreign.headers['content-type']).toBe('application/json')
})

test('a batch that was never uploaded is harmless, and gone after a day', async () => {
  const made = await server.inject({
    method: 'POST',
    url: '/api/v2/batch',
    headers: { 'x-caller': 'feed' },
    payload: create,
  })
  const id = String(made.json<{ data: { batchId: number } }>().data.batchId)
  expect(await library.batches.reapAbandoned()).toBe(0)
  library.clock.set(new Date(Date.now() + 25 * 3_600_000))
  expect(await library.batches.reapAbandoned()).toBeGreaterThan(0)
  library.clock.set(new Date())
  await expect(library.batches.get(library.organizationId, id)).rejects.toMatchObject({ code: 'not-found' })
})

test('D22: an execution writes to its own owner alone; people to any of their organization; others get 401 in words', async () => {
  await library.owner('Nobody else')
  for (const [caller, owner] of [
    ['other', 'Feed'],
    ['feed', 'Nobody else'],
    ['feed', 'No such owner'],
    ['foreigner', 'Feed'],
  ] as const) {
    const answer = await submit(caller, { ...create, owner }, items('rights', 1))
    expect(answer.statusCode, `${caller} ${owner}`).toBe(401)
    expect(answer.headers['content-type']).toContain('text/plain')
    expect(answer.body).toContain('no right to create')
  }
  for (const caller of ['reader', 'exporter', 'nobody'])
    expect((await submit(caller, create, items('rights', 1))).statusCode, caller).toBeGreaterThanOrEqual(401)
  expect((await submit('person', { ...create, owner: 'Nobody else' }, items('rights', 1))).statusCode).toBe(200)
})

test('S1: what an alert saw first is under review', async () => {
  await submit('alerts', create, items('alerted', 1))
  const page = await server.inject({
    method: 'GET',
    url: `${paths.indicators}?tql=${encodeURIComponent('status = "Review"')}`,
    headers: { 'x-caller': 'person' },
  })
  expect(IndicatorPage.parse(page.json()).data).toMatchObject([{ value: 'alerted0.example.com', active: false }])
})

test('S1: an alerts app brings nothing out of review by saying so, neither at once nor later', async () => {
  const said = { type: 'Host', summary: 'says-active.example.com', status: 'Active' }
  for (const rating of [1, 2]) await submit('alerts', create, JSON.stringify({ indicator: [{ ...said, rating }] }))
  const page = await server.inject({
    method: 'GET',
    url: `${paths.indicators}?tql=${encodeURIComponent('summary = "says-active.example.com"')}`,
    headers: { 'x-caller': 'person' },
  })
  expect(IndicatorPage.parse(page.json()).data).toMatchObject([{ rating: 2, active: false }])
})

test.each([
  ['a part is missing', { owner: 'Feed', action: 'Create' }, undefined, /content is missing/],
  ['settings that are not right', { owner: 'Feed', action: 'Replace' }, '{}', /action/],
  ['content that is not JSON', create, '{"indicator":[', /not a JSON object/],
  ['content of a wrong shape', create, '{"indicator":{}}', /not a JSON object/],
])('T7: %s is answered in JSON with 400 and the reason', async (_, config, content, reason) => {
  const { headers, payload } = multipart(config, content ?? '')
  const body = content === undefined ? payload.replace('name="content"', 'name="something"') : payload
  const answer = await server.inject({
    method: 'POST',
    url: '/api/v2/batch/createAndUpload',
    headers: { ...headers, 'x-caller': 'feed' },
    payload: body,
  })
  expect(answer.statusCode).toBe(400)
  expect(answer.headers['content-type']).toBe('application/json')
  expect(answer.json<{ status: string; description: string }>()).toMatchObject({
    status: 'Invalid',
    description: expect.stringMatching(reason),
  })
})

test('a batch above a megabyte is read in the worker thread, with the same result', async () => {
  const indicator = Array.from({ length: 12_000 }, (_, n) => ({
    type: 'Host',
    summary: `large${n}.example.com`,
    tag: [{ name: 'a long name of a tag that many have' }],
    attribute: [{ type: 'Description', value: `déjà ${n}` }],
  }))
  const answer = await submit('feed', create, { indicator: [...indicator, { type: 'Host', summary: 'bad value' }] })
  expect(BatchAnswer.parse(answer.json()).data.batchStatus).toMatchObject({
    successIndicatorCount: 12_000,
    errorIndicatorCount: 1,
  })
  const { rows } = await library.database.pool.query(
    `select t.value from assertion_attribute t join indicator i on i.id = t.indicator_id where i.value = 'large777.example.com'`,
  )
  expect(rows).toEqual([{ value: 'déjà 777' }])
})

test('TcEx learns the types before its first batch', async () => {
  const answer = await server.inject({
    method: 'GET',
    url: '/api/v2/types/indicatorTypes',
    headers: { 'x-caller': 'feed' },
  })
  const { data } = IndicatorTypesAnswer.parse(answer.json())
  expect(data.resultCount).toBe(12)
  // TcEx has classes for these; for the others it demands at least one label.
  for (const type of data.indicatorType) if (type.custom === 'true') expect(type.value1Label, type.name).not.toBe('')
  expect(data.indicatorType.filter((type) => type.custom === 'false').map((type) => type.name)).toEqual([
    'Address',
    'EmailAddress',
    'File',
    'Host',
    'URL',
  ])
})

test('T1: the ledger tells what became of each item that an execution sent, and what it could not map', async () => {
  const caller = callers['other']
  const id = caller?.kind === 'execution' ? caller.executionId : ''
  await submit('other', { ...create, owner: 'Other' }, items('ledger', 30))
  await submit(
    'other',
    { ...create, owner: 'Other' },
    {
      indicator: [
        ...items('ledger', 30).indicator,
        { type: 'Address', summary: 'nowhere' },
        { type: 'Host', summary: 'ledger-new.example.com' },
      ],
      group: [{ type: 'Report', name: 'L', xid: 'l' }],
    },
  )
  await submit('other', { ...create, owner: 'Other', action: 'Delete' }, items('ledger', 4))
  const unmapped = {
    data: [{ what: 'attribute type "pattern-in-file"', reason: 'no such type', count: 3, examples: ['a', 'b'] }],
  }
  const put = (who: string) =>
    server.inject({ method: 'PUT', url: paths.executionUnmapped(id), headers: { 'x-caller': who }, payload: unmapped })
  expect((await put('other')).statusCode).toBe(204)
  expect((await put('other')).statusCode).toBe(204)
  expect((await put('feed')).statusCode).toBe(403)
  expect((await put('person')).statusCode).toBe(403)
  const get = (url: string, who = 'person') => server.inject({ method: 'GET', url, headers: { 'x-caller': who } })
  expect(Ledger.parse((await get(paths.executionLedger(id))).json())).toEqual({
    batches: 3,
    created: 31,
    updated: 0,
    unchanged: 30,
    deleted: 4,
    refused: 1,
    groupsCreated: 1,
    groupsUpdated: 0,
    groupsUnchanged: 0,
    unmapped: unmapped.data,
  })
  expect((await get(paths.executionLedger(id), 'feed')).statusCode).toBe(404)
  expect((await get(paths.executionLedger(id), 'foreigner')).statusCode).toBe(404)
  const refused = LedgerItemPage.parse((await get(paths.executionLedgerItems(id))).json())
  expect(refused).toMatchObject({
    data: [
      {
        position: 31,
        kind: 'indicator',
        type: 'Address',
        summary: 'nowhere',
        outcome: 'refused',
        code: '0x1005',
        reason: expect.stringContaining('is not valid. '),
      },
    ],
  })
  const created: string[] = []
  let cursor = ''
  do {
    const page = LedgerItemPage.parse(
      (await get(`${paths.executionLedgerItems(id)}?outcome=created&limit=7${cursor}`)).json(),
    )
    expect(page.data.length).toBeLessThanOrEqual(7)
    created.push(...page.data.map((item) => item.summary))
    cursor = page.next === undefined ? '' : `&cursor=${page.next}`
  } while (cursor !== '')
  expect(created).toEqual([...items('ledger', 30).indicator.map((item) => item.summary), 'L', 'ledger-new.example.com'])
})

test('owners are made by those who may, and each reader sees those it may read', async () => {
  const make = (who: string, name: string) =>
    server.inject({ method: 'POST', url: paths.owners, headers: { 'x-caller': who }, payload: { name } })
  expect((await make('person', 'Made')).statusCode).toBe(201)
  expect((await make('person', 'Made')).statusCode).toBe(409)
  expect((await make('reader', 'Made too')).statusCode).toBe(403)
  const names = async (who: string) =>
    (await server.inject({ method: 'GET', url: paths.owners, headers: { 'x-caller': who } }))
      .json<{ data: { name: string }[] }>()
      .data.map((each) => each.name)
  expect(await names('reader')).toContain('Made')
  expect(await names('feed')).toEqual(['Feed'])
  expect(await names('foreigner')).toEqual([])
  const { rows } = await library.database.pool.query(
    `select actor_name, action from audit_event where action = 'owner.create' and detail->>'name' = 'Made'`,
  )
  expect(rows).toEqual([{ actor_name: 'pat', action: 'owner.create' }])
})

test('one indicator is read with who asserts what; its id has the shape of a UUID', async () => {
  await submit('feed', create, {
    indicator: [{ type: 'Host', summary: 'detail.example.com', rating: 2.5, firstSeen: '2026-01-01T00:00:00Z' }],
  })
  const page = IndicatorPage.parse(
    (
      await server.inject({
        method: 'GET',
        url: `${paths.indicators}?tql=${encodeURIComponent('summary = "detail.example.com"')}`,
        headers: { 'x-caller': 'feed' },
      })
    ).json(),
  )
  const id = page.data[0]?.id ?? ''
  const detail = await server.inject({ method: 'GET', url: paths.indicator(id), headers: { 'x-caller': 'reader' } })
  expect(detail.statusCode).toBe(200)
  expect(detail.json()).toMatchObject({
    rating: 2.5,
    assertions: [{ ownerName: 'Feed', firstSeen: '2026-01-01T00:00:00.000Z' }],
  })
  const bad = await server.inject({
    method: 'GET',
    url: `${paths.indicators}?tql=${encodeURIComponent('summry = "x"')}`,
    headers: { 'x-caller': 'reader' },
  })
  expect(bad.statusCode).toBe(400)
  expect(bad.body).toContain('Did you mean summary')
})

test('D10: a batch whose attempt ends while it is written is not taken, and leaves nothing', async () => {
  const ownerId = await library.owner('Fenced')
  const fenced = await feedExecution(library, ownerId)
  callers['fenced'] = fenced
  const { pool } = library.database
  const before = await pool.connect()
  let sent: ReturnType<typeof submit>
  try {
    // Stands for another batch of the owner: the one below waits for it, begun and not written.
    await before.query('begin')
    await before.query('select pg_advisory_xact_lock($1, $2::int)', [lockClasses.owner, ownerId])
    sent = submit('fenced', { ...create, owner: 'Fenced' }, items('fenced', 3))
    sent.catch(() => {})
    await vi.waitFor(async () => {
      const { rows } = await pool.query(
        `select 1 from pg_locks where locktype = 'advisory' and classid = $1 and objid = $2::oid and not granted`,
        [lockClasses.owner, ownerId],
      )
      expect(rows).toHaveLength(1)
    })
    await loseAttempt(library, fenced)
    await before.query('commit')
  } finally {
    before.release()
  }
  const reply = await sent
  expect(reply.statusCode).toBe(400)
  expect(reply.json().description).toContain('Attempt 1')
  const kept = await pool.query('select 1 from assertion where owner_id = $1', [ownerId])
  const batches = await pool.query('select 1 from batch where owner_id = $1', [ownerId])
  expect([kept.rowCount, batches.rowCount]).toEqual([0, 0])
})

test('D10: a batch that was made in two steps is not filled after its attempt ended', async () => {
  const ownerId = await library.owner('Two steps')
  const fenced = await feedExecution(library, ownerId)
  callers['fenced'] = fenced
  const headers = { 'x-caller': 'fenced' }
  const made = await server.inject({
    method: 'POST',
    url: '/api/v2/batch',
    headers,
    payload: { ...create, owner: 'Two steps' },
  })
  const upload = (content: object) =>
    server.inject({
      method: 'POST',
      url: `/api/v2/batch/${made.json().data.batchId}`,
      headers: { ...headers, 'content-type': 'application/octet-stream' },
      payload: JSON.stringify(content),
    })
  await loseAttempt(library, fenced)
  expect((await upload(items('late', 1))).statusCode).toBe(400)
  const kept = await library.database.pool.query('select 1 from assertion where owner_id = $1', [ownerId])
  expect(kept.rowCount).toBe(0)
})
