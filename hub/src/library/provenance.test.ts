import { gzipSync } from 'node:zlib'
import { indicatorId } from '@postern/intel'
import {
  type CreateReceipt,
  type IndicatorDetail,
  type IndicatorExports,
  paths,
  type ReceiptValue,
} from '@postern/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Caller, PersonCaller } from '../access/caller.ts'
import { type Collections, createCollections } from '../collections/collections.ts'
import { type Rehearsal, type RehearsedServer, startRehearsal } from '../executions/rehearsal.ts'
import { createExports } from '../exports/exports.ts'
import { exportRoutes } from '../exports/routes.ts'
import { receiptIn } from '../exports/test-plans.ts'
import { createServer, type Server } from '../http/server.ts'
import { createExclusions, type ExclusionLists } from '../exclusions/exclusions.ts'
import { createLibrary, type LibraryParts } from './create-library.ts'
import { libraryRoutes } from './routes.ts'

type ExecutionCaller = Extract<Caller, { kind: 'execution' }>

let rehearsal: Rehearsal
let parts: LibraryParts
let collections: Collections
let server: Server
let appliance: RehearsedServer
let feedAppId: string
let exportAppId: string
let exclusions: ExclusionLists
let person: PersonCaller
let stranger: PersonCaller
/** Owner, collection and control of one test. */
let owner: { id: string; name: string }
let made = 0

beforeAll(async () => {
  rehearsal = await startRehearsal()
  const { connection, clock, audit, log, organizationId } = rehearsal
  exclusions = createExclusions({ ...rehearsal, onTouched() {} })
  parts = createLibrary({ ...connection, clock, audit, matchers: exclusions.matchers, onTouched() {} })
  collections = createCollections({ ...connection, clock, audit, log })
  server = await createServer({
    logger: false,
    authenticate: async (request) => JSON.parse(String(request.headers['caller'])) as Caller,
  })
  libraryRoutes(server, parts.library)
  exportRoutes(server, createExports({ ...rehearsal, exclusions }))
  await server.ready()
  appliance = await rehearsal.addServer('one')
  feedAppId = await rehearsal.addApp({ kind: 'feed' })
  exportAppId = await rehearsal.addApp({ kind: 'export' })
  person = { kind: 'user', userId: '1', name: 'ada', role: 'organization-administrator', organizationId }
  const theirs = await rehearsal.db
    .insertInto('organization')
    .values({ name: 'Theirs' })
    .returning('id')
    .executeTakeFirstOrThrow()
  stranger = { kind: 'user', userId: '2', name: 'eve', role: 'administrator', organizationId: theirs.id }
})
afterAll(async () => {
  await server.close()
  await parts.batches.close()
  await rehearsal.close()
})
beforeEach(async () => {
  made += 1
  owner = await parts.owners.create(person, { name: `Source ${made}` })
})

async function get<Body>(caller: Caller, url: string): Promise<{ status: number; body: Body }> {
  const reply = await server.inject({ url, headers: { caller: JSON.stringify(caller) } })
  return { status: reply.statusCode, body: reply.json() }
}

async function detail(caller: Caller, id: string): Promise<IndicatorDetail> {
  return (await get<IndicatorDetail>(caller, paths.indicator(id))).body
}

async function exportsOf(id: string, caller: Caller = person): Promise<IndicatorExports> {
  return (await get<IndicatorExports>(caller, paths.indicatorExports(id))).body
}

async function send(content: object, by?: ExecutionCaller, config: object = {}, of = owner, caller = person) {
  const sender = {
    organizationId: caller.organizationId,
    ownerId: of.id,
    executionId: by?.executionId ?? null,
    attempt: by?.attempt ?? null,
    sentBy: by?.name ?? caller.name,
    statusDefault: 'Active' as const,
  }
  const batch = { action: 'Create' as const, owner: of.name, ...config }
  return await parts.batches.submit(sender, batch, Buffer.from(JSON.stringify(content)))
}

async function running(job: { appId: string; ownerId?: string; controlId?: string; collectionId?: string }) {
  const jobId = await rehearsal.addJob(job)
  if (job.collectionId !== undefined) {
    await rehearsal.db.insertInto('job_collection').values({ job_id: jobId, collection_id: job.collectionId }).execute()
  }
  await rehearsal.beat(appliance)
  const executionId = await rehearsal.start(jobId)
  const command = (await rehearsal.outbox()).find((each) => each.executionId === executionId && each.kind === 'execute')
  if (command === undefined) throw new Error('the execution was not placed')
  const caller = await rehearsal.executions.tokens.authenticate(rehearsal.openSealed(appliance, command).token)
  if (caller?.kind !== 'execution') throw new Error('the token is not good')
  return { caller, jobId }
}

describe('LIB-8: provenance', () => {
  test('each owner’s assertion names what it says, the batch and the execution that brought it in, and who changed it last', async () => {
    const id = indicatorId('Host', 'traced.example.com')
    const { caller: feed, jobId } = await running({ appId: feedAppId, ownerId: owner.id })
    const host = { type: 'Host', summary: 'traced.example.com' }
    const first = await send(
      {
        indicator: [
          {
            ...host,
            rating: 4,
            confidence: 80,
            tag: [{ name: 'apt' }],
            securityLabel: [{ name: 'TLP:GREEN' }],
            attribute: [{ type: 'Description', value: 'as sent', source: 'a report' }],
            associatedGroups: [{ groupXid: 'event-1' }],
          },
        ],
        group: [{ type: 'Event', name: 'An event', xid: 'event-1', eventDate: '2026-11-02T00:00:00Z' }],
      },
      feed,
    )
    // The same again changes nothing, and its batch is nobody's origin.
    await send({ indicator: [{ ...host, rating: 4, confidence: 80 }] }, feed)
    const changed = await send({ indicator: [{ ...host, rating: 2 }] })
    const other = await parts.owners.create(person, { name: `Team ${made}` })
    const others = await send({ indicator: [host] }, undefined, {}, other)

    const { assertions, groups, groupsMore } = await detail(person, id)
    const execution = { id: feed.executionId, jobId, jobName: expect.any(String), appName: 'Rehearsed app' }
    expect(assertions).toMatchObject([
      {
        ownerName: owner.name,
        rating: 2,
        confidence: 80,
        status: 'Active',
        securityLabels: ['TLP:GREEN'],
        attributes: [{ type: 'Description', value: 'as sent', source: 'a report' }],
        addedBy: { batchId: first.id, execution },
        modifiedBy: { batchId: changed.id, sentBy: 'ada', execution: null },
      },
      { ownerName: other.name, attributes: [], addedBy: { batchId: others.id }, modifiedBy: { batchId: others.id } },
    ])
    expect(groups).toMatchObject([{ name: 'An event', xid: 'event-1', eventDate: '2026-11-02T00:00:00.000Z' }])
    expect(groupsMore).toBe(0)
    await sql`
      with made as (
        insert into library_group (owner_id, xid, type, name, tags, labels, added_at, modified_at)
        select ${owner.id}, 'many-' || n, 'Report', 'Many ' || n, '{}', '{}', now(), now() from generate_series(1, 1002) n
        returning id, owner_id)
      insert into indicator_group (indicator_id, owner_id, group_id) select ${id}, owner_id, id from made`.execute(
      rehearsal.db,
    )
    const now = await detail(person, id)
    expect([now.groups.length, now.groupsMore]).toEqual([1000, 3])
  })

  test('the hashes of one file lead to each other, from either side', async () => {
    const md5 = '0'.repeat(31) + '1'
    const sha256 = '0'.repeat(63) + '1'
    await send({ indicator: [{ type: 'File', summary: `${md5} : ${sha256}` }] })
    for (const [here, there] of [
      [md5, sha256],
      [sha256, md5],
    ] as const) {
      const { links } = await detail(person, indicatorId('File', here))
      expect(links).toEqual([
        { id: indicatorId('File', there), type: 'File', value: there, kind: 'Same File', owners: [owner.name] },
      ])
    }
  })

  test('D22: an execution sees its owners’ attributes and links, and of no batch and no execution', async () => {
    const id = indicatorId('File', '2'.repeat(32))
    const file = { type: 'File', summary: `${'2'.repeat(32)} : ${'3'.repeat(64)}` }
    await send({ indicator: [{ ...file, attribute: [{ type: 'Source', value: 'hidden from it' }] }] })
    const own = await parts.owners.create(person, { name: `Own ${made}` })
    await send({ indicator: [{ type: 'File', summary: '2'.repeat(32) }] }, undefined, {}, own)
    const { caller } = await running({ appId: feedAppId, ownerId: own.id })
    expect(await detail(caller, id)).toMatchObject({
      assertions: [{ ownerName: own.name, attributes: [], addedBy: null, modifiedBy: null }],
      links: [],
    })
    expect((await get(caller, paths.indicatorExports(id))).status).toBe(403)
  })
})

describe('LIB-8: why a value is on a control, and why not', () => {
  const target = 'Blocked'
  const one = { collectionVersion: 1, target, desired: 1, held: 1, added: 1, notTaken: {} }

  async function exporting(tql: string) {
    const { id: collectionId } = await collections.create(person, { name: `Collection ${made}`, tql })
    await collections.refresh(person, collectionId)
    const { id: controlId } = await rehearsal.db
      .insertInto('control')
      .values({ organization_id: rehearsal.organizationId, name: `control-${made}`, program_name: 'aed' })
      .returning('id')
      .executeTakeFirstOrThrow()
    const { caller } = await running({ appId: exportAppId, controlId, collectionId })
    return { collectionId, controlId, caller }
  }

  async function receipt(
    caller: ExecutionCaller,
    given: Partial<CreateReceipt>,
    lines: readonly ReceiptValue[] = [],
  ): Promise<string> {
    const reply = await server.inject({
      method: 'POST',
      url: paths.receipts,
      payload: receiptIn('', { ...one, ...given }),
      headers: { caller: JSON.stringify(caller) },
    })
    expect(reply.statusCode).toBe(201)
    const { id } = reply.json<{ id: string }>()
    const values = await server.inject({
      method: 'PUT',
      url: paths.receiptValues(id),
      payload: gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
      headers: {
        caller: JSON.stringify(caller),
        'content-type': 'application/x-ndjson',
        'content-encoding': 'gzip',
      },
    })
    expect(values.statusCode).toBe(200)
    return id
  }

  async function targetOf(id: string, controlId: string) {
    return (await exportsOf(id)).targets.find((each) => each.controlId === controlId)
  }

  test('what is held names the receipt that said so first; what is absent says why', async () => {
    const labelled = (name: string, level: string) => ({
      type: 'Host',
      summary: name,
      securityLabel: [{ name: `TLP:${level}` }],
    })
    await send({
      indicator: [
        labelled('held.example.com', 'GREEN'),
        labelled('red.example.com', 'RED'),
        { type: 'Host', summary: 'off.example.com', active: false },
        { type: 'EmailAddress', summary: 'someone@example.com' },
      ],
    })
    const { collectionId, controlId, caller } = await exporting(`ownerName = "${owner.name}" and typeName = "Host"`)
    const first = await receipt(caller, { collectionId })
    const second = await receipt(caller, { collectionId })
    await send({ indicator: [{ type: 'Host', summary: 'late.example.com' }] })
    await collections.refresh(person, collectionId)

    const on = (type: 'Host' | 'EmailAddress', value: string) => targetOf(indicatorId(type, value), controlId)
    expect(await on('Host', 'held.example.com')).toMatchObject({
      target,
      state: 'held',
      reason: null,
      isWanted: true,
      receiptId: first,
      executionId: caller.executionId,
      collectionId,
      collectionVersion: 1,
      since: expect.any(String),
    })
    expect(await on('Host', 'red.example.com')).toMatchObject({
      state: 'absent',
      reason: 'tlp',
      isWanted: false,
      receiptId: second,
    })
    expect(await on('Host', 'off.example.com')).toMatchObject({ state: 'absent', reason: 'inactive', isWanted: false })
    expect(await on('Host', 'late.example.com')).toMatchObject({ state: 'absent', reason: 'not-yet', isWanted: true })
    expect(await on('EmailAddress', 'someone@example.com')).toMatchObject({ reason: 'not-a-member', isWanted: false })

    await send({ indicator: [{ type: 'Host', summary: 'held.example.com' }] }, undefined, { action: 'Delete' })
    await collections.refresh(person, collectionId)
    // Nobody asserts it any more, so that there is nothing to see, though the control holds it still.
    expect((await get(person, paths.indicatorExports(indicatorId('Host', 'held.example.com')))).status).toBe(404)
  })

  test('LIB-4: what an exclusion list keeps back says so, and which list and entry it was', async () => {
    await send({ indicator: ['kept.example.com', 'gone.example.com'].map((summary) => ({ type: 'Host', summary })) })
    const { collectionId, controlId, caller } = await exporting(`ownerName = "${owner.name}" and typeName = "Host"`)
    await receipt(caller, { collectionId, desired: 2, held: 2 })
    const list = await exclusions.create(person, { name: `Ours ${owner.id}`, kind: 'protected' })
    await exclusions.writeEntries(person, list.id, Buffer.from('{"entries": [{"entry": "gone.example.com"}]}'))
    await exclusions.pass()
    await collections.refreshTouched()
    const of = (value: string) => targetOf(indicatorId('Host', value), controlId)
    // Held still, and gone with the next export.
    expect(await of('gone.example.com')).toMatchObject({ state: 'held', isWanted: false })
    expect(await of('kept.example.com')).toMatchObject({ state: 'held', isWanted: true })
    await receipt(caller, { collectionId, collectionVersion: 2, desired: 1, held: 1 })
    expect(await of('gone.example.com')).toMatchObject({ state: 'absent', reason: 'excluded', isWanted: false })
    const { body } = await get(person, paths.indicator(indicatorId('Host', 'gone.example.com')))
    const hit = { listName: list.name, kind: 'protected', entry: 'gone.example.com' }
    expect(body).toMatchObject({ exclusions: [hit] })
  })

  test('LIB-5: LIB-8: D28: what a decision on it, or on a URL’s host whatever its port, keeps back says whose decision', async () => {
    const [host, url] = ['held-back.example.com', 'https://held-back.example.com:8443/'] as const
    const sent = Object.entries({ Host: host, URL: url })
    await send({ indicator: sent.map(([type, summary]) => ({ type, summary })) })
    const { collectionId, controlId, caller } = await exporting(`ownerName = "${owner.name}"`)
    await sql`
      insert into decision (organization_id, indicator_id, status, reason, decided_by, decided_at)
      values (${rehearsal.organizationId}, ${indicatorId('Host', host)}, 'Whitelisted', 'Our own.', 'ada', now())`.execute(
      rehearsal.db,
    )
    await collections.refresh(person, collectionId)
    await receipt(caller, { collectionId, collectionVersion: 2, desired: 0, held: 0 })
    const on = (id: string) => targetOf(id, controlId)
    const detail = 'Whitelisted by the decision of ada: Our own.'
    const kept = { state: 'absent', reason: 'decided', isWanted: false }
    expect(await on(indicatorId('Host', host))).toMatchObject({ ...kept, detail })
    expect(await on(indicatorId('URL', url))).toMatchObject({ ...kept, detail: `Its host ${host} is ${detail}` })
  })

  test('what the app left out is named as such, and what it holds and nobody wants too', async () => {
    await send({
      indicator: [
        { type: 'Host', summary: 'taken.example.com' },
        { type: 'File', summary: '4'.repeat(32) },
      ],
    })
    const { collectionId, controlId, caller } = await exporting(`ownerName = "${owner.name}"`)
    await receipt(caller, { collectionId, notTaken: { 'File: takes no hashes': 1 } })
    const on = async (id: string) => (await exportsOf(id)).targets.find((each) => each.controlId === controlId)
    expect(await on(indicatorId('File', '4'.repeat(32)))).toMatchObject({
      state: 'absent',
      reason: 'left-out',
      detail: 'File: takes no hashes',
    })
    await send({ indicator: [{ type: 'Host', summary: 'taken.example.com', active: false }] })
    await collections.refresh(person, collectionId)
    expect(await on(indicatorId('Host', 'taken.example.com'))).toMatchObject({ state: 'held', isWanted: false })
  })

  test('LIB-8: of an app that leaves out part of a type, what it named is told with its reason, and nothing else is denied', async () => {
    const [ipv4, ipv6] = [`192.0.2.${made}`, `2001:db8::${made}`]
    await send({ indicator: [ipv4, ipv6].map((summary) => ({ type: 'Address', summary })) })
    await send({ indicator: [{ type: 'Host', summary: `other-${made}.example.com` }] })
    const { collectionId, controlId, caller } = await exporting(`ownerName = "${owner.name}" and typeName = "Address"`)
    const on = async (type: 'Address' | 'Host', value: string) =>
      (await exportsOf(indicatorId(type, value))).targets.find((each) => each.controlId === controlId)
    const reason = 'Address: AED takes no IPv6'
    const notTaken = { [reason]: 1 }

    // An app that counts and names nothing: which of the two is there, nobody can tell.
    await receipt(caller, { collectionId, notTaken })
    const unknown = {
      state: 'unknown',
      reason: 'not-named',
      detail:
        'The control should hold 1 values by its receipt, of which 0 are known by name, and this is none of those.',
    }
    expect([await on('Address', ipv4), await on('Address', ipv6)]).toMatchObject([unknown, unknown])
    expect(await on('Host', `other-${made}.example.com`)).toMatchObject({ state: 'absent', reason: 'not-a-member' })

    const receiptId = await receipt(caller, { collectionId, notTaken }, [['left-out', 'Address', ipv6, reason]])
    expect(await on('Address', ipv4)).toMatchObject({ state: 'held', reason: null, detail: null })
    const leftOut = { state: 'absent', reason: 'left-out', detail: reason, isWanted: true, receiptId }
    expect(await on('Address', ipv6)).toMatchObject(leftOut)
    const { body } = await get<{ data: object[] }>(person, `${paths.receiptValues(receiptId)}?change=left-out`)
    expect(body.data).toEqual([{ change: 'left-out', type: 'Address', value: ipv6, reason }])

    // What was sent and is not there is told by the same list as what was left out.
    const drift = { collectionId, notTaken, state: 'drift', held: 0, missing: 1 } as const
    await receipt(caller, drift, [
      ['missing', 'Address', ipv4, 'not held after applying'],
      ['left-out', 'Address', ipv6, 'Address: for another reason'],
    ])
    expect(await on('Address', ipv4)).toMatchObject({ state: 'missing' })
    expect(await on('Address', ipv6)).toMatchObject({
      ...leftOut,
      receiptId: expect.any(String),
      detail: 'Address: for another reason',
    })
  })

  test('LIB-8: of a control that nobody could read, nothing is said to be absent', async () => {
    await send({ indicator: [{ type: 'Host', summary: 'sent.example.com' }] })
    const other = await parts.owners.create(person, { name: `Other ${made}` })
    await send({ indicator: [{ type: 'Host', summary: 'unsent.example.com' }] }, undefined, {}, other)
    const { collectionId, controlId, caller } = await exporting(`ownerName = "${owner.name}"`)
    await receipt(caller, { collectionId, state: 'unverifiable', reason: 'cannot be read' })
    const on = async (value: string) =>
      (await exportsOf(indicatorId('Host', value))).targets.find((each) => each.controlId === controlId)
    expect(await on('sent.example.com')).toMatchObject({ state: 'unverifiable', reason: null })
    expect(await on('unsent.example.com')).toMatchObject({ state: 'unknown', reason: 'not-read', isWanted: false })
  })

  test('LIB-8: of each owner whose word does not fit a query, the terms are named that keep it out', async () => {
    const id = indicatorId('Host', 'unfit.example.com')
    const other = await parts.owners.create(person, { name: `Zealous ${made}` })
    const host = { type: 'Host', summary: 'unfit.example.com' }
    await send({ indicator: [{ ...host, confidence: 10, tag: [{ name: 'ransomware' }] }] })
    await send({ indicator: [{ ...host, confidence: 90, tag: [{ name: 'apt' }] }] }, undefined, {}, other)
    const { collectionId } = await exporting(
      'confidence >= 60 and (typeName = "URL" or hasTag(name = "ransomware")) and typeName in ("Host", "URL")',
    )
    const membership = async () => (await exportsOf(id)).collections.find((each) => each.collectionId === collectionId)
    expect(await membership()).toMatchObject({
      state: 'never',
      owners: [],
      misfits: [
        { ownerName: owner.name, terms: ['confidence >= 60'] },
        { ownerName: other.name, terms: ['typeName = "URL" or hasTag(name = "ransomware")'] },
      ],
    })
    await send({ indicator: [{ ...host, confidence: 60 }] })
    expect(await membership()).toMatchObject({
      state: 'never',
      owners: [owner.name],
      misfits: [{ ownerName: other.name }],
    })
  })

  test('LIB-8: networks around an address and the host of a URL are named, with the controls that hold them', async () => {
    const url = `https://covered-${made}.example.com/path`
    await send({
      indicator: [
        { type: 'Address', summary: '198.51.100.7' },
        { type: 'CIDR', summary: '198.51.100.0/24' },
        { type: 'CIDR', summary: '198.51.0.0/16' },
        { type: 'CIDR', summary: '198.51.101.0/24' },
        { type: 'URL', summary: url },
        { type: 'Host', summary: `covered-${made}.example.com` },
      ],
    })
    const { collectionId, controlId, caller } = await exporting(
      `ownerName = "${owner.name}" and summary in ("198.51.0.0/16", "covered-${made}.example.com")`,
    )
    await receipt(caller, { collectionId, desired: 2, held: 2 })
    const held = [{ controlId, controlName: `control-${made}`, target, state: 'held' }]
    expect((await exportsOf(indicatorId('Address', '198.51.100.7'))).covering).toMatchObject([
      { type: 'CIDR', value: '198.51.100.0/24', targets: [] },
      { type: 'CIDR', value: '198.51.0.0/16', targets: held },
    ])
    expect((await exportsOf(indicatorId('URL', url))).covering).toMatchObject([{ type: 'Host', targets: held }])
    expect((await exportsOf(indicatorId('CIDR', '198.51.0.0/16'))).covering).toEqual([])
  })

  test('a collection says since which version it holds a value, over changes of what may leave, and when it left', async () => {
    const host = { type: 'Host', summary: `moving-${made}.example.com` }
    const id = indicatorId('Host', host.summary)
    await send({ indicator: [{ type: 'Host', summary: `still-${made}.example.com` }] })
    const { collectionId } = await exporting(
      `ownerName = "${owner.name}" and rating >= 1 or summary like "still-${made}%"`,
    )
    const membership = async () => (await exportsOf(id)).collections.find((each) => each.collectionId === collectionId)
    const after = async (fields: object) => {
      await send({ indicator: [{ ...host, ...fields }] })
      await collections.refresh(person, collectionId)
      return await membership()
    }
    expect(await after({ rating: 0 })).toMatchObject({ state: 'never', sinceVersion: null, version: 1 })
    expect(await after({ rating: 3 })).toMatchObject({
      state: 'member',
      owners: [owner.name],
      sinceVersion: 2,
      since: expect.any(String),
    })
    expect(await after({ active: false })).toMatchObject({ state: 'member', sinceVersion: 2, version: 3 })
    expect(await after({ rating: 0 })).toMatchObject({ state: 'departed', sinceVersion: 2, untilVersion: 4 })
    expect(await after({ rating: 5 })).toMatchObject({ state: 'member', sinceVersion: 5, untilVersion: null })
  })

  test('D22: another organization sees nothing of ours through an indicator that both know', async () => {
    const host = { type: 'Host', summary: `both-${made}.example.com` }
    const id = indicatorId('Host', host.summary)
    await send({ indicator: [{ ...host, attribute: [{ type: 'Description', value: 'ours' }] }] })
    const { collectionId, caller } = await exporting(`ownerName = "${owner.name}"`)
    await receipt(caller, { collectionId })
    expect((await get(stranger, paths.indicator(id))).status).toBe(404)
    expect((await get(stranger, paths.indicatorExports(id))).status).toBe(404)
    const theirs = await parts.owners.create(stranger, { name: `Theirs ${made}` })
    await send({ indicator: [host] }, undefined, {}, theirs, stranger)
    expect(await detail(stranger, id)).toMatchObject({
      owners: [theirs.name],
      assertions: [{ ownerName: theirs.name, attributes: [], addedBy: { sentBy: 'eve' } }],
    })
    expect(await exportsOf(id, stranger)).toEqual({ collections: [], targets: [], served: [], covering: [] })
    expect((await exportsOf(id)).targets[0]).toMatchObject({ collectionId, state: 'held' })
  })
})
