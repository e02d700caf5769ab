import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { indicatorId, type IndicatorType } from '@postern/intel'
import type { Plan } from '@postern/protocol'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Caller, PersonCaller } from '../access/caller.ts'
import { createExclusions, type ExclusionLists } from '../exclusions/exclusions.ts'
import { type Rehearsal, type RehearsedServer, startRehearsal } from '../executions/rehearsal.ts'
import { createExports, type Exports } from './exports.ts'
import { exitedAt } from '../executions/test-result.ts'

let rehearsal: Rehearsal
let exports: Exports
let exclusions: ExclusionLists
let appliance: RehearsedServer
let person: PersonCaller
let appId: string
let collectionId: string
let made = 0

beforeAll(async () => {
  rehearsal = await startRehearsal()
  exclusions = createExclusions({ ...rehearsal, onTouched() {} })
  exports = createExports({ ...rehearsal, exclusions })
  appliance = await rehearsal.addServer('one')
  appId = await rehearsal.addApp({ kind: 'export' })
  const { organizationId } = rehearsal
  person = { kind: 'user', userId: '1', name: 'ada', role: 'organization-administrator', organizationId }
})
afterAll(async () => await rehearsal.close())

/** A version that was made before any list was: nothing in it is excluded. */
beforeEach(async () => {
  made += 1
  const { db, organizationId } = rehearsal
  const values = {
    organization_id: organizationId,
    name: `Hosts ${made}`,
    tql: 'rating > 0',
    freshness_seconds: 60,
    version: 1,
  }
  collectionId = (await db.insertInto('collection').values(values).returning('id').executeTakeFirstOrThrow()).id
})

async function protect(entries: readonly string[], wanted: object = { kind: 'protected' }): Promise<void> {
  made += 1
  const { id } = await exclusions.create(person, { name: `Assets ${made}`, ...wanted })
  const json = JSON.stringify({ entries: entries.map((entry) => ({ entry })) })
  await exclusions.writeEntries(person, id, Buffer.from(json))
}

type Line = readonly ['add' | 'remove', string, string]

async function runningExport(mode = 'apply-when-guards-pass'): Promise<Caller> {
  const { db, organizationId } = rehearsal
  made += 1
  const control = { organization_id: organizationId, name: `Control ${made}`, program_name: 'aed' }
  const { id: controlId } = await db.insertInto('control').values(control).returning('id').executeTakeFirstOrThrow()
  const jobId = await rehearsal.addJob({ appId, controlId, mode })
  await db.insertInto('job_collection').values({ job_id: jobId, collection_id: collectionId }).execute()
  await rehearsal.beat(appliance)
  return await callerOf(await rehearsal.start(jobId))
}

async function callerOf(executionId: string): Promise<Caller> {
  const command = (await rehearsal.outbox()).find((each) => each.executionId === executionId && each.kind === 'execute')
  if (command === undefined) throw new Error('no command')
  const caller = await rehearsal.executions.tokens.authenticate(rehearsal.openSealed(appliance, command).token)
  if (caller === undefined) throw new Error('the token is not good')
  return caller
}

async function finish(executionId: string): Promise<void> {
  const result = exitedAt(rehearsal.clock.now())
  await rehearsal.executions.acceptResult(appliance.serverXid, executionId, 1, result)
}

/** A plan that holds together, as an app sends it. */
async function send(caller: Caller, lines: readonly Line[]): Promise<Plan> {
  const heldDigest = createHash('sha256').digest('hex')
  const sorted = lines.map((line) => `${line.join('\t')}\n`)
  const held = lines.filter(([change]) => change === 'remove').length
  const plan = await exports.plans.create(caller, {
    collectionId,
    collectionVersion: 1,
    target: 'blocked',
    desired: lines.length - held,
    held,
    heldDigest,
    guards: [],
    notTaken: {},
    checksum: createHash('sha256')
      .update(`${sorted.join('')}1\n${heldDigest}\n`)
      .digest('hex'),
  })
  const body = gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return await exports.plans.putValues(caller, plan.id, Readable.from([body], { objectMode: false }))
}

test('LIB-4: a plan that adds a protected asset is refused as its values come, whatever its collection said (S1)', async () => {
  await protect(['www.example.com', '192.0.2.0/24'])
  for (const line of [
    ['add', 'Host', 'www.example.com'],
    ['add', 'CIDR', '192.0.0.0/16'],
    ['add', 'Address', '::ffff:192.0.2.1'],
    ['add', 'URL', 'https://www.example.com/login'],
    // Words and spellings of an appliance of its own.
    ['add', 'ipv4', '192.0.2.9'],
    ['add', 'Host', 'WWW.EXAMPLE.COM.'],
  ] as const) {
    const caller = await runningExport()
    const plan = await send(caller, [['add', 'Host', 'ok.example.org'], line].sort() as unknown as Line[])
    expect([line, plan.state]).toEqual([line, 'refused'])
    expect(plan.guards).toMatchObject([{ guard: 'never-exported', tripped: true }])
    expect(plan.guards[0]?.message).toMatch(/^1 of the values to add must never be exported: .* of the list Assets/)
    await expect(exports.plans.update(caller, plan.id, { state: 'applying' })).rejects.toThrow(/is refused; it cannot/)
    await expect(exports.plans.decide(person, plan.id, { decision: 'approve' })).rejects.toThrow(/only a waiting plan/)
  }
})

test('LIB-4: what is protected may be taken off a control, and lists that inform or hold at import alone stop no plan', async () => {
  await protect(['old.example.com'])
  await protect(['informed.example.com'], { mode: 'inform' })
  await protect(['imported.example.com'], { mode: 'block', atExport: false })
  const caller = await runningExport()
  const plan = await send(caller, [
    ['add', 'Host', 'imported.example.com'],
    ['add', 'Host', 'informed.example.com'],
    ['remove', 'Host', 'old.example.com'],
  ])
  expect(plan).toMatchObject({ state: 'ready', add: 2, remove: 1, guards: [] })
  expect(await exports.plans.update(caller, plan.id, { state: 'applying' })).toMatchObject({ state: 'applying' })
})

test('LIB-4: an asset that was protected after the plan was approved is found before it is applied (S1)', async () => {
  const caller = await runningExport('always-ask')
  const plan = await send(caller, [['add', 'Host', 'late.example.com']])
  expect(plan.state).toBe('waiting')
  await finish(plan.executionId)
  expect((await exports.plans.decide(person, plan.id, { decision: 'approve' })).state).toBe('ready')
  await protect(['.late.example.com'])
  const started = (await rehearsal.outbox()).at(-1)
  if (started === undefined) throw new Error('no command')
  const approved = await callerOf(started.executionId)
  await expect(exports.plans.update(approved, plan.id, { state: 'applying' })).rejects.toThrow(
    /is refused: 1 of the values to add must never be exported: late.example.com/,
  )
  expect((await exports.plans.get(person, plan.id)).state).toBe('refused')
})

test('LIB-4: a value that a person decided to be whitelisted is in no plan (D28)', async () => {
  const [type, value] = ['Host', 'fine.example.com'] as const satisfies [IndicatorType, string]
  const { db, organizationId, clock } = rehearsal
  const decision = {
    organization_id: organizationId,
    indicator_id: indicatorId(type, value),
    status: 'Whitelisted',
    reason: 'ours',
  }
  await db
    .insertInto('decision')
    .values({ ...decision, decided_by: 'ada', decided_at: clock.now() })
    .execute()
  const plan = await send(await runningExport(), [['add', type, value]])
  expect(plan.state).toBe('refused')
  expect(plan.guards[0]?.message).toContain('fine.example.com (whitelisted by decision)')
  await db
    .updateTable('decision')
    .set({ until: new Date(clock.now().getTime() - 1000) })
    .execute()
  expect((await send(await runningExport(), [['add', type, value]])).state).toBe('ready')
})

test('LIB-4: what cannot be read is in no plan, and a URL is judged by its host, whatever it is written like (S1)', async () => {
  await protect(['intranet.example.com'])
  const { db, organizationId, clock } = rehearsal
  const decision = { organization_id: organizationId, status: 'Whitelisted', reason: 'ours', decided_by: 'ada' }
  const at = { decided_at: clock.now(), indicator_id: indicatorId('Host', 'white.example.com') }
  await db
    .insertInto('decision')
    .values({ ...decision, ...at })
    .execute()
  const refused = [
    ['add', 'URL', 'intranet.example.com/login', 'of the list'],
    ['add', 'link', 'INTRANET.example.com:8443/', 'of the list'],
    ['add', 'URL', 'https://white.example.com/', 'its host is whitelisted'],
    ['add', 'link', 'white.example.com/', 'its host is whitelisted'],
    ['add', 'Host', '*.example.com', 'cannot be read'],
    ['add', 'Address', '192.0.2.0-192.0.2.255', 'cannot be read'],
    ['add', 'custom', 'anything goes', 'cannot be read'],
  ] as const
  for (const [change, type, value, why] of refused) {
    const plan = await send(await runningExport(), [[change, type, value]])
    expect([value, plan.state, plan.guards[0]?.message]).toEqual([value, 'refused', expect.stringContaining(why)])
  }
  const plan = await send(await runningExport(), [['add', 'URL', 'https://white.example.com/malware']])
  expect(plan.state).toBe('ready')
})

test('LIB-4: a decision is found among any number of values, in the first and in the last (S1)', async () => {
  const hosts = Array.from({ length: 20_001 }, (_, n) => `h${String(n).padStart(5, '0')}.many.example.com`)
  const { db, organizationId, clock } = rehearsal
  const decision = { organization_id: organizationId, status: 'Whitelisted', reason: 'ours', decided_by: 'ada' }
  const chosen = [hosts[0], hosts[10_000], hosts[20_000]].map((host) => indicatorId('Host', host ?? ''))
  const rows = chosen.map((indicator_id) => ({ ...decision, indicator_id, decided_at: clock.now() }))
  await db.insertInto('decision').values(rows).execute()
  const plan = await send(
    await runningExport(),
    hosts.map((host) => ['add', 'Host', host] as const),
  )
  const message = plan.guards.find(({ guard }) => guard === 'never-exported')?.message
  expect([plan.state, message]).toEqual(['refused', expect.stringMatching(/^3 of the values .*h00000.*h10000.*h20000/)])
})
