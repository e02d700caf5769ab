import { indicatorId } from '@postern/intel'
import { paths } from '@postern/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startProvenance, target, type TestProvenance } from './test-provenance.ts'

let at: TestProvenance
beforeAll(async () => {
  at = await startProvenance()
})
afterAll(() => at.close())
beforeEach(() => at.next())

describe('LIB-8: provenance', () => {
  test('each owner’s assertion names what it says, the batch and the execution that brought it in, and who changed it last', async () => {
    const id = indicatorId('Host', 'traced.example.com')
    const { caller: feed, jobId } = await at.running({ appId: at.feedAppId, ownerId: at.owner.id })
    const host = { type: 'Host', summary: 'traced.example.com' }
    const first = await at.send(
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
    await at.send({ indicator: [{ ...host, rating: 4, confidence: 80 }] }, feed)
    const changed = await at.send({ indicator: [{ ...host, rating: 2 }] })
    const other = await at.parts.owners.create(at.person, { name: `Team ${at.made}` })
    const others = await at.send({ indicator: [host] }, undefined, {}, other)

    const { assertions, groups, groupsMore } = await at.detail(at.person, id)
    const execution = { id: feed.executionId, jobId, jobName: expect.any(String), appName: 'Rehearsed app' }
    expect(assertions).toMatchObject([
      {
        ownerName: at.owner.name,
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
        select ${at.owner.id}, 'many-' || n, 'Report', 'Many ' || n, '{}', '{}', now(), now() from generate_series(1, 1002) n
        returning id, owner_id)
      insert into indicator_group (indicator_id, owner_id, group_id) select ${id}, owner_id, id from made`.execute(
      at.rehearsal.db,
    )
    const now = await at.detail(at.person, id)
    expect([now.groups.length, now.groupsMore]).toEqual([1000, 3])
  })

  test('the hashes of one file lead to each other, from either side', async () => {
    const md5 = '0'.repeat(31) + '1'
    const sha256 = '0'.repeat(63) + '1'
    await at.send({ indicator: [{ type: 'File', summary: `${md5} : ${sha256}` }] })
    for (const [here, there] of [
      [md5, sha256],
      [sha256, md5],
    ] as const) {
      const { links } = await at.detail(at.person, indicatorId('File', here))
      expect(links).toEqual([
        { id: indicatorId('File', there), type: 'File', value: there, kind: 'Same File', owners: [at.owner.name] },
      ])
    }
  })

  test('D22: an execution sees its owners’ attributes and links, and of no batch and no execution', async () => {
    const id = indicatorId('File', '2'.repeat(32))
    const file = { type: 'File', summary: `${'2'.repeat(32)} : ${'3'.repeat(64)}` }
    await at.send({ indicator: [{ ...file, attribute: [{ type: 'Source', value: 'hidden from it' }] }] })
    const own = await at.parts.owners.create(at.person, { name: `Own ${at.made}` })
    await at.send({ indicator: [{ type: 'File', summary: '2'.repeat(32) }] }, undefined, {}, own)
    const { caller } = await at.running({ appId: at.feedAppId, ownerId: own.id })
    expect(await at.detail(caller, id)).toMatchObject({
      assertions: [{ ownerName: own.name, attributes: [], addedBy: null, modifiedBy: null }],
      links: [],
    })
    expect((await at.get(caller, paths.indicatorExports(id))).status).toBe(403)
  })
})

describe('LIB-8: why a value is on a control, and why not', () => {
  test('what is held names the receipt that said so first; what is absent says why', async () => {
    const labelled = (name: string, level: string) => ({
      type: 'Host',
      summary: name,
      securityLabel: [{ name: `TLP:${level}` }],
    })
    await at.send({
      indicator: [
        labelled('held.example.com', 'GREEN'),
        labelled('red.example.com', 'RED'),
        { type: 'Host', summary: 'off.example.com', active: false },
        { type: 'EmailAddress', summary: 'someone@example.com' },
      ],
    })
    const { collectionId, controlId, caller } = await at.exporting(
      `ownerName = "${at.owner.name}" and typeName = "Host"`,
    )
    const first = await at.receipt(caller, { collectionId })
    const second = await at.receipt(caller, { collectionId })
    await at.send({ indicator: [{ type: 'Host', summary: 'late.example.com' }] })
    await at.collections.refresh(at.person, collectionId)

    const on = (type: 'Host' | 'EmailAddress', value: string) => at.targetOf(indicatorId(type, value), controlId)
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

    await at.send({ indicator: [{ type: 'Host', summary: 'held.example.com' }] }, undefined, { action: 'Delete' })
    await at.collections.refresh(at.person, collectionId)
    // Nobody asserts it any more, so that there is nothing to see, though the control holds it still.
    expect((await at.get(at.person, paths.indicatorExports(indicatorId('Host', 'held.example.com')))).status).toBe(404)
  })

  test('LIB-4: what an exclusion list keeps back says so, and which list and entry it was', async () => {
    await at.send({ indicator: ['kept.example.com', 'gone.example.com'].map((summary) => ({ type: 'Host', summary })) })
    const { collectionId, controlId, caller } = await at.exporting(
      `ownerName = "${at.owner.name}" and typeName = "Host"`,
    )
    await at.receipt(caller, { collectionId, desired: 2, held: 2 })
    const list = await at.exclusions.create(at.person, { name: `Ours ${at.owner.id}`, kind: 'protected' })
    await at.exclusions.writeEntries(at.person, list.id, Buffer.from('{"entries": [{"entry": "gone.example.com"}]}'))
    await at.exclusions.pass()
    await at.collections.refreshTouched()
    const of = (value: string) => at.targetOf(indicatorId('Host', value), controlId)
    // Held still, and gone with the next export.
    const excluded = [{ reason: 'excluded', detail: null }]
    expect(await of('gone.example.com')).toMatchObject({ state: 'held', isWanted: false, obstacles: excluded })
    expect(await of('kept.example.com')).toMatchObject({ state: 'held', isWanted: true, obstacles: [] })
    await at.receipt(caller, { collectionId, collectionVersion: 2, desired: 1, held: 1 })
    expect(await of('gone.example.com')).toMatchObject({ state: 'absent', reason: 'excluded', isWanted: false })
    const { body } = await at.get(at.person, paths.indicator(indicatorId('Host', 'gone.example.com')))
    const hit = { listName: list.name, kind: 'protected', entry: 'gone.example.com' }
    expect(body).toMatchObject({ exclusions: [hit] })
  })

  test('LIB-8: all that keeps a value from a control is told, in order, also of what is no member of what goes there', async () => {
    const [weak, strong] = [`weak-${at.made}.example.com`, `strong-${at.made}.example.com`]
    const securityLabel = [{ name: 'TLP:RED' }]
    await at.send({
      indicator: [
        { type: 'Host', summary: weak, rating: 1, status: 'Review', securityLabel },
        { type: 'Host', summary: strong, rating: 4, securityLabel },
      ],
    })
    const { collectionId, controlId, caller } = await at.exporting(`ownerName = "${at.owner.name}" and rating >= 3`)
    await at.receipt(caller, { collectionId, desired: 0, held: 0 })
    const list = await at.exclusions.create(at.person, { name: `Theirs ${at.owner.id}`, kind: 'protected' })
    await at.exclusions.writeEntries(at.person, list.id, Buffer.from(JSON.stringify({ entries: [{ entry: weak }] })))
    await at.exclusions.pass()
    await sql`
      insert into decision (organization_id, indicator_id, status, reason, decided_by, decided_at)
      values (${at.rehearsal.organizationId}, ${indicatorId('Host', weak)}, 'Whitelisted', 'Ours.', 'ada', now())`.execute(
      at.rehearsal.db,
    )
    const of = (value: string) => at.targetOf(indicatorId('Host', value), controlId)
    expect(await of(weak)).toMatchObject({
      state: 'absent',
      reason: 'not-a-member',
      obstacles: [
        { reason: 'not-a-member', detail: null },
        { reason: 'decided', detail: 'Whitelisted by the decision of ada: Ours.' },
        { reason: 'excluded', detail: null },
        { reason: 'inactive', detail: null },
        { reason: 'tlp', detail: null },
      ],
    })
    expect(await of(strong)).toMatchObject({ reason: 'tlp', obstacles: [{ reason: 'tlp', detail: null }] })
  })

  test('LIB-5: LIB-8: D28: what a decision on it, or on a URL’s host whatever its port, keeps back says whose decision', async () => {
    const [host, url] = ['held-back.example.com', 'https://held-back.example.com:8443/'] as const
    const sent = Object.entries({ Host: host, URL: url })
    await at.send({ indicator: sent.map(([type, summary]) => ({ type, summary })) })
    const { collectionId, controlId, caller } = await at.exporting(`ownerName = "${at.owner.name}"`)
    await sql`
      insert into decision (organization_id, indicator_id, status, reason, decided_by, decided_at)
      values (${at.rehearsal.organizationId}, ${indicatorId('Host', host)}, 'Whitelisted', 'Our own.', 'ada', now())`.execute(
      at.rehearsal.db,
    )
    await at.collections.refresh(at.person, collectionId)
    await at.receipt(caller, { collectionId, collectionVersion: 2, desired: 0, held: 0 })
    const on = (id: string) => at.targetOf(id, controlId)
    const detail = 'Whitelisted by the decision of ada: Our own.'
    const kept = { state: 'absent', reason: 'decided', isWanted: false }
    expect(await on(indicatorId('Host', host))).toMatchObject({ ...kept, detail })
    expect(await on(indicatorId('URL', url))).toMatchObject({ ...kept, detail: `Its host ${host} is ${detail}` })
  })

  test('what the app left out is named as such, and what it holds and nobody wants too', async () => {
    await at.send({
      indicator: [
        { type: 'Host', summary: 'taken.example.com' },
        { type: 'File', summary: '4'.repeat(32) },
      ],
    })
    const { collectionId, controlId, caller } = await at.exporting(`ownerName = "${at.owner.name}"`)
    await at.receipt(caller, { collectionId, notTaken: { 'File: takes no hashes': 1 } })
    const on = async (id: string) => (await at.exportsOf(id)).targets.find((each) => each.controlId === controlId)
    expect(await on(indicatorId('File', '4'.repeat(32)))).toMatchObject({
      state: 'absent',
      reason: 'left-out',
      detail: 'File: takes no hashes',
      obstacles: [{ reason: 'left-out', detail: 'File: takes no hashes' }],
    })
    await at.send({ indicator: [{ type: 'Host', summary: 'taken.example.com', active: false }] })
    await at.collections.refresh(at.person, collectionId)
    expect(await on(indicatorId('Host', 'taken.example.com'))).toMatchObject({ state: 'held', isWanted: false })
  })

  test('LIB-8: of an app that leaves out part of a type, what it named is told with its reason, and nothing else is denied', async () => {
    const [ipv4, ipv6] = [`192.0.2.${at.made}`, `2001:db8::${at.made}`]
    await at.send({ indicator: [ipv4, ipv6].map((summary) => ({ type: 'Address', summary })) })
    await at.send({ indicator: [{ type: 'Host', summary: `other-${at.made}.example.com` }] })
    const { collectionId, controlId, caller } = await at.exporting(
      `ownerName = "${at.owner.name}" and typeName = "Address"`,
    )
    const on = async (type: 'Address' | 'Host', value: string) =>
      (await at.exportsOf(indicatorId(type, value))).targets.find((each) => each.controlId === controlId)
    const reason = 'Address: AED takes no IPv6'
    const notTaken = { [reason]: 1 }

    // An app that counts and names nothing: which of the two is there, nobody can tell.
    await at.receipt(caller, { collectionId, notTaken })
    const unknown = {
      state: 'unknown',
      reason: 'not-named',
      detail:
        'The control should hold 1 values by its receipt, of which 0 are known by name, and this is none of those.',
    }
    expect([await on('Address', ipv4), await on('Address', ipv6)]).toMatchObject([unknown, unknown])
    expect(await on('Host', `other-${at.made}.example.com`)).toMatchObject({ state: 'absent', reason: 'not-a-member' })

    const receiptId = await at.receipt(caller, { collectionId, notTaken }, [['left-out', 'Address', ipv6, reason]])
    expect(await on('Address', ipv4)).toMatchObject({ state: 'held', reason: null, detail: null })
    const leftOut = { state: 'absent', reason: 'left-out', detail: reason, isWanted: true, receiptId }
    expect(await on('Address', ipv6)).toMatchObject(leftOut)
    const { body } = await at.get<{ data: object[] }>(at.person, `${paths.receiptValues(receiptId)}?change=left-out`)
    expect(body.data).toEqual([{ change: 'left-out', type: 'Address', value: ipv6, reason }])

    // What was sent and is not there is told by the same list as what was left out.
    const drift = { collectionId, notTaken, state: 'drift', held: 0, missing: 1 } as const
    await at.receipt(caller, drift, [
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
    await at.send({ indicator: [{ type: 'Host', summary: 'sent.example.com' }] })
    const other = await at.parts.owners.create(at.person, { name: `Other ${at.made}` })
    await at.send({ indicator: [{ type: 'Host', summary: 'unsent.example.com' }] }, undefined, {}, other)
    const { collectionId, controlId, caller } = await at.exporting(`ownerName = "${at.owner.name}"`)
    await at.receipt(caller, { collectionId, state: 'unverifiable', reason: 'cannot be read' })
    const on = async (value: string) =>
      (await at.exportsOf(indicatorId('Host', value))).targets.find((each) => each.controlId === controlId)
    expect(await on('sent.example.com')).toMatchObject({ state: 'unverifiable', reason: null })
    expect(await on('unsent.example.com')).toMatchObject({ state: 'unknown', reason: 'not-read', isWanted: false })
  })

  test('LIB-8: of each owner whose word does not fit a query, the terms are named that keep it out', async () => {
    const id = indicatorId('Host', 'unfit.example.com')
    const other = await at.parts.owners.create(at.person, { name: `Zealous ${at.made}` })
    const host = { type: 'Host', summary: 'unfit.example.com' }
    await at.send({ indicator: [{ ...host, confidence: 10, tag: [{ name: 'ransomware' }] }] })
    await at.send({ indicator: [{ ...host, confidence: 90, tag: [{ name: 'apt' }] }] }, undefined, {}, other)
    const { collectionId } = await at.exporting(
      'confidence >= 60 and (typeName = "URL" or hasTag(name = "ransomware")) and typeName in ("Host", "URL")',
    )
    const membership = async () =>
      (await at.exportsOf(id)).collections.find((each) => each.collectionId === collectionId)
    expect(await membership()).toMatchObject({
      state: 'never',
      owners: [],
      misfits: [
        { ownerName: at.owner.name, terms: ['confidence >= 60'] },
        { ownerName: other.name, terms: ['typeName = "URL" or hasTag(name = "ransomware")'] },
      ],
    })
    await at.send({ indicator: [{ ...host, confidence: 60 }] })
    expect(await membership()).toMatchObject({
      state: 'never',
      owners: [at.owner.name],
      misfits: [{ ownerName: other.name }],
    })
  })

  test('LIB-8: networks around an address and the host of a URL are named, with the controls that hold them', async () => {
    const url = `https://covered-${at.made}.example.com/path`
    await at.send({
      indicator: [
        { type: 'Address', summary: '198.51.100.7' },
        { type: 'CIDR', summary: '198.51.100.0/24' },
        { type: 'CIDR', summary: '198.51.0.0/16' },
        { type: 'CIDR', summary: '198.51.101.0/24' },
        { type: 'URL', summary: url },
        { type: 'Host', summary: `covered-${at.made}.example.com` },
      ],
    })
    const { collectionId, controlId, caller } = await at.exporting(
      `ownerName = "${at.owner.name}" and summary in ("198.51.0.0/16", "covered-${at.made}.example.com")`,
    )
    await at.receipt(caller, { collectionId, desired: 2, held: 2 })
    const held = [{ controlId, controlName: `control-${at.made}`, target, state: 'held' }]
    expect((await at.exportsOf(indicatorId('Address', '198.51.100.7'))).covering).toMatchObject([
      { type: 'CIDR', value: '198.51.100.0/24', targets: [] },
      { type: 'CIDR', value: '198.51.0.0/16', targets: held },
    ])
    expect((await at.exportsOf(indicatorId('URL', url))).covering).toMatchObject([{ type: 'Host', targets: held }])
    expect((await at.exportsOf(indicatorId('CIDR', '198.51.0.0/16'))).covering).toEqual([])
  })

  test('a collection says since which version it holds a value, over changes of what may leave, and when it left', async () => {
    const host = { type: 'Host', summary: `moving-${at.made}.example.com` }
    const id = indicatorId('Host', host.summary)
    await at.send({ indicator: [{ type: 'Host', summary: `still-${at.made}.example.com` }] })
    const { collectionId } = await at.exporting(
      `ownerName = "${at.owner.name}" and rating >= 1 or summary like "still-${at.made}%"`,
    )
    const membership = async () =>
      (await at.exportsOf(id)).collections.find((each) => each.collectionId === collectionId)
    const after = async (fields: object) => {
      await at.send({ indicator: [{ ...host, ...fields }] })
      await at.collections.refresh(at.person, collectionId)
      return await membership()
    }
    expect(await after({ rating: 0 })).toMatchObject({ state: 'never', sinceVersion: null, version: 1 })
    expect(await after({ rating: 3 })).toMatchObject({
      state: 'member',
      owners: [at.owner.name],
      sinceVersion: 2,
      since: expect.any(String),
    })
    expect(await after({ active: false })).toMatchObject({ state: 'member', sinceVersion: 2, version: 3 })
    expect(await after({ rating: 0 })).toMatchObject({ state: 'departed', sinceVersion: 2, untilVersion: 4 })
    expect(await after({ rating: 5 })).toMatchObject({ state: 'member', sinceVersion: 5, untilVersion: null })
  })

  test('D22: another organization sees nothing of ours through an indicator that both know', async () => {
    const host = { type: 'Host', summary: `both-${at.made}.example.com` }
    const id = indicatorId('Host', host.summary)
    await at.send({ indicator: [{ ...host, attribute: [{ type: 'Description', value: 'ours' }] }] })
    const { collectionId, caller } = await at.exporting(`ownerName = "${at.owner.name}"`)
    await at.receipt(caller, { collectionId })
    expect((await at.get(at.stranger, paths.indicator(id))).status).toBe(404)
    expect((await at.get(at.stranger, paths.indicatorExports(id))).status).toBe(404)
    const theirs = await at.parts.owners.create(at.stranger, { name: `Theirs ${at.made}` })
    await at.send({ indicator: [host] }, undefined, {}, theirs, at.stranger)
    expect(await at.detail(at.stranger, id)).toMatchObject({
      owners: [theirs.name],
      assertions: [{ ownerName: theirs.name, attributes: [], addedBy: { sentBy: 'eve' } }],
    })
    expect(await at.exportsOf(id, at.stranger)).toEqual({
      collections: [],
      targets: [],
      plans: [],
      served: [],
      listsOfOtherTypes: [],
      covering: [],
    })
    expect((await at.exportsOf(id)).targets[0]).toMatchObject({ collectionId, state: 'held' })
  })
})
