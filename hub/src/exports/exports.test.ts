import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { indicatorId } from '@postern/intel'
import { type CreatePlan, type CreateReceipt, paths } from '@postern/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { createExclusions, type ExclusionLists } from '../exclusions/exclusions.ts'
import { executionRoutes } from '../executions/routes.ts'
import { type Rehearsal, type RehearsedServer, startRehearsal } from '../executions/rehearsal.ts'
import { exitedAt } from '../executions/test-result.ts'
import { createServer, type Server } from '../http/server.ts'
import { createExports, type Exports } from './exports.ts'
import { exportRoutes } from './routes.ts'
import { addTestCollection, callerOfExport, endTestExport, startTestExport } from './test-export.ts'
import { emptyDigest, planIn, planLines, receiptIn } from './test-plans.ts'

let rehearsal: Rehearsal
let server: Server
let exports: Exports
let exclusions: ExclusionLists
let appliance: RehearsedServer
let caller: Caller
let collectionId: string
let appId: string
const hosts = ['a.example.com', 'b.example.com', 'c.example.com', 'd.example.com']

beforeAll(async () => {
  rehearsal = await startRehearsal()
  exclusions = createExclusions({ ...rehearsal, onTouched() {} })
  exports = createExports({ ...rehearsal, exclusions })
  server = await createServer({ authenticate: async () => caller, logger: false })
  exportRoutes(server, exports)
  executionRoutes(server, rehearsal.executions)
  await server.ready()
  appliance = await rehearsal.addServer('one')
  appId = await rehearsal.addApp({ kind: 'export', programName: 'aed_v1' })
})
afterAll(async () => {
  await server.close()
  await rehearsal.close()
})
beforeEach(async () => {
  const { db } = rehearsal
  collectionId = await addTestCollection(rehearsal)
  const members = [
    ...hosts.map((value) => ['Host', value] as const),
    ['File', 'd41d8cd98f00b204e9800998ecf8427e'] as const,
  ]
  for (const [type, value] of members) {
    const id = indicatorId(type, value)
    await db
      .insertInto('indicator')
      .values({ id, type, value, canonical_version: 1 })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    await db
      .insertInto('collection_member')
      .values({ collection_id: collectionId, indicator_id: id, from_version: 1, active: true })
      .execute()
  }
})

function runningExport(given: { mode?: string; controlId?: string; jobId?: string } = {}) {
  return startTestExport(rehearsal, { server: appliance, appId, collectionId }, given)
}

const callerOf = (executionId: string) => callerOfExport(rehearsal, appliance, executionId)
const finish = (executionId: string) => endTestExport(rehearsal, appliance, executionId)

function person(): Caller {
  return { kind: 'user', userId: '1', name: 'ada', role: 'analyst', organizationId: rehearsal.organizationId }
}

async function call(who: Caller, method: 'GET' | 'POST' | 'PUT', url: string, payload?: object) {
  caller = who
  const reply = await server.inject({ method, url, ...(payload === undefined ? {} : { payload }) })
  return { status: reply.statusCode, body: reply.body === '' ? null : JSON.parse(reply.body) }
}

async function put(who: Caller, url: string, lines: readonly (readonly string[])[]) {
  caller = who
  const payload = gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const reply = await server.inject({
    method: 'PUT',
    url,
    payload,
    headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
  })
  return { status: reply.statusCode, body: JSON.parse(reply.body) }
}

const planOf = (values: readonly string[], changes?: Partial<CreatePlan>) => planIn(collectionId, values, changes)
const receiptOf = (changes?: Partial<CreateReceipt>) => receiptIn(collectionId, changes)

async function controlValues(controlId: string) {
  const rows = await rehearsal.db
    .selectFrom('control_value')
    .innerJoin('indicator', 'indicator.id', 'control_value.indicator_id')
    .select(['value', 'state', 'receipt_id'])
    .where('control_id', '=', controlId)
    .orderBy('value')
    .execute()
  return Object.fromEntries(rows.map(({ value, state }) => [value, state]))
}

describe('D5: plans', () => {
  test('a plan whose guards pass becomes ready, is applied, and the list comes out as it went in', async () => {
    const { execution } = await runningExport()
    const draft = await call(execution, 'POST', paths.plans, planOf(hosts))
    expect(draft).toMatchObject({ status: 201, body: { state: 'draft', add: 0 } })
    const { id } = draft.body
    const ready = await put(execution, paths.planValues(id), planLines(hosts))
    expect(ready).toMatchObject({
      status: 200,
      body: { state: 'ready', add: 4, remove: 0, executionId: execution.executionId },
    })
    expect(await put(execution, paths.planValues(id), planLines(hosts))).toEqual(ready)
    expect((await put(execution, paths.planValues(id), planLines(hosts.slice(1)))).status).toBe(409)
    expect((await call(execution, 'PUT', paths.planState(id), { state: 'applied' })).status).toBe(409)
    expect((await call(execution, 'PUT', paths.planState(id), { state: 'applying' })).body.state).toBe('applying')
    expect((await call(execution, 'PUT', paths.planState(id), { state: 'applied' })).body.state).toBe('applied')
    const page = await call(person(), 'GET', `${paths.planValues(id)}?limit=3`)
    expect(page.body.data).toEqual(
      hosts.slice(0, 3).map((value) => ({ change: 'add', type: 'Host', value, reason: null })),
    )
    const rest = await call(person(), 'GET', `${paths.planValues(id)}?limit=3&cursor=${page.body.next}`)
    expect(rest.body).toEqual({ data: [{ change: 'add', type: 'Host', value: 'd.example.com', reason: null }] })
    caller = person()
    const whole = await server.inject({ url: paths.planValues(id), headers: { accept: 'application/x-ndjson' } })
    expect(gunzipSync(whole.rawPayload).toString()).toBe(
      planLines(hosts)
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    )
    expect((await call(person(), 'GET', paths.execution(execution.executionId))).body.planIds).toEqual([id])
  })

  test('values that do not have the checksum of the plan are refused, and so are lines out of order', async () => {
    const { execution } = await runningExport()
    const { body } = await call(execution, 'POST', paths.plans, planOf(hosts))
    expect((await put(execution, paths.planValues(body.id), planLines(hosts.slice(1)))).body.detail).toMatch(
      /have the checksum .* the plan says/,
    )
    expect((await put(execution, paths.planValues(body.id), planLines(hosts.toReversed()))).body.detail).toMatch(
      /Line 2 is out of order/,
    )
    expect((await put(execution, paths.planValues(body.id), [['block', 'Host', 'x']])).body.detail).toMatch(
      /Line 1 is not/,
    )
    const leftOut = ['left-out', 'Host', 'x', 'Host: too long']
    for (const [lines, problem] of [
      [[leftOut, ...planLines(hosts)], /Line 2 is out of order: what is left out/],
      [[leftOut.slice(0, 3)], /Line 1 is not/],
      [[['add', 'Host', 'x', 'with a reason']], /Line 1 is not/],
    ] as const)
      expect((await put(execution, paths.planValues(body.id), lines)).body.detail).toMatch(problem)
    const cut = gzipSync('["add","Host","a.example.com"]\n'.repeat(100)).subarray(0, 30)
    caller = execution
    const reply = await server.inject({
      method: 'PUT',
      url: paths.planValues(body.id),
      payload: cut,
      headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' },
    })
    expect(reply.json().detail).toMatch(/not whole gzip/)
    expect((await call(execution, 'GET', paths.plan(body.id))).body.state).toBe('draft')
    expect((await put(execution, paths.planValues(body.id), planLines(hosts))).body.state).toBe('ready')
  })

  test('a plan that tripped a guard waits; approving starts an execution that carries plan and checksum and alone may apply', async () => {
    const { execution } = await runningExport()
    const guards = [{ guard: 'share-changed', tripped: true, message: '4 of 4 change' }]
    const { body } = await call(execution, 'POST', paths.plans, planOf(hosts, { guards }))
    expect((await put(execution, paths.planValues(body.id), planLines(hosts))).body).toMatchObject({
      state: 'waiting',
      guards,
    })
    expect((await call(execution, 'PUT', paths.planState(body.id), { state: 'applying' })).status).toBe(409)
    expect((await call(execution, 'POST', paths.planDecision(body.id), { decision: 'approve' })).status).toBe(403)
    await finish(execution.executionId)
    const decided = await call(person(), 'POST', paths.planDecision(body.id), { decision: 'approve' })
    expect(decided.body).toMatchObject({ state: 'ready', decidedBy: 'ada' })
    expect((await call(person(), 'POST', paths.planDecision(body.id), { decision: 'refuse' })).status).toBe(409)
    const started = (await rehearsal.outbox()).at(-1)
    if (started === undefined) throw new Error('no command')
    expect(rehearsal.openSealed(appliance, started).parameters['postern_approved_plan']).toBe(
      `${body.id}:${body.checksum}`,
    )
    expect((await call(person(), 'GET', paths.execution(started.executionId))).body).toMatchObject({
      trigger: 'approval',
      planIds: [body.id],
    })
    const approved = await callerOf(started.executionId)
    expect((await call(approved, 'PUT', paths.planState(body.id), { state: 'applying' })).body.state).toBe('applying')
    expect((await call(approved, 'PUT', paths.planState(body.id), { state: 'failed', reason: 'cut' })).body.state).toBe(
      'failed',
    )
  })

  test('a job that always asks waits without a guard, and a refused plan is never applied', async () => {
    const { execution } = await runningExport({ mode: 'always-ask' })
    const { body } = await call(execution, 'POST', paths.plans, planOf(hosts))
    expect((await put(execution, paths.planValues(body.id), planLines(hosts))).body.state).toBe('waiting')
    expect((await call(person(), 'POST', paths.planDecision(body.id), { decision: 'refuse' })).body).toMatchObject({
      state: 'refused',
      decidedBy: 'ada',
    })
    expect((await call(execution, 'PUT', paths.planState(body.id), { state: 'applying' })).status).toBe(409)
  })

  test('S10: the hub trips guards by itself: a control that jumped, a plan to nothing, figures that do not add up', async () => {
    const first = await runningExport()
    await call(first.execution, 'POST', paths.receipts, receiptOf())
    const jumped = await call(first.execution, 'POST', paths.plans, planOf(hosts, { held: 40, desired: 44 }))
    expect((await put(first.execution, paths.planValues(jumped.body.id), planLines(hosts))).body).toMatchObject({
      state: 'waiting',
      guards: [{ guard: 'held-jumped', tripped: true }],
    })
    const second = await runningExport()
    const nothing = await call(second.execution, 'POST', paths.plans, planOf([], { held: 2, desired: 0 }))
    expect((await put(second.execution, paths.planValues(nothing.body.id), [])).body.guards).toMatchObject([
      { guard: 'shrink-to-nothing', tripped: true },
      { guard: 'figures', tripped: true },
    ])
  })

  test('one plan of a control and target is in progress: another execution is refused, the same one and a waiting plan give way', async () => {
    const first = await runningExport()
    const second = await runningExport({ controlId: first.controlId })
    const plan = await call(first.execution, 'POST', paths.plans, planOf(hosts))
    expect((await call(second.execution, 'POST', paths.plans, planOf(hosts))).body.detail).toMatch(/is in progress/)
    expect((await call(second.execution, 'POST', paths.plans, planOf(hosts, { target: 'other' }))).status).toBe(201)
    const again = await call(first.execution, 'POST', paths.plans, planOf(hosts))
    expect((await call(first.execution, 'GET', paths.plan(plan.body.id))).body.state).toBe('superseded')
    const guards = [{ guard: 'wide-cidr', tripped: true, message: '' }]
    const waiting = await call(first.execution, 'POST', paths.plans, planOf(hosts, { guards }))
    expect((await call(first.execution, 'GET', paths.plan(again.body.id))).body.state).toBe('superseded')
    await put(first.execution, paths.planValues(waiting.body.id), planLines(hosts))
    expect((await call(second.execution, 'POST', paths.plans, planOf(hosts))).status).toBe(201)
    expect(
      (await call(person(), 'POST', paths.planDecision(waiting.body.id), { decision: 'approve' })).body.detail,
    ).toMatch(/superseded/)
  })

  test('FD-14: an execution that waits for its retry leaves control and target to another one, and plans anew', async () => {
    const first = await runningExport()
    await rehearsal.db.updateTable('job').set({ retries_max: 1 }).where('id', '=', first.jobId).execute()
    const { body } = await call(first.execution, 'POST', paths.plans, planOf(hosts))
    const second = await runningExport({ controlId: first.controlId })
    expect((await call(second.execution, 'POST', paths.plans, planOf(hosts))).status).toBe(409)
    const failure = exitedAt(rehearsal.clock.now(), { exitCode: 1 })
    await rehearsal.executions.acceptResult(appliance.serverXid, first.execution.executionId, 1, failure)
    expect(await rehearsal.state(first.execution.executionId)).toBe('waiting')
    expect((await call(second.execution, 'POST', paths.plans, planOf(hosts))).status).toBe(201)
    expect((await call(person(), 'GET', paths.plan(body.id))).body.state).toBe('superseded')
  })

  test('of two executions that plan at once for one target, one is refused', async () => {
    const first = await runningExport()
    const second = await runningExport({ controlId: first.controlId })
    const made = await Promise.allSettled([
      exports.plans.create(first.execution, planOf(hosts)),
      exports.plans.create(second.execution, planOf(hosts)),
    ])
    expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('D10: a plan of an attempt that has ended is not taken, and one that it left behind is failed', async () => {
    const { execution } = await runningExport()
    const { body } = await call(execution, 'POST', paths.plans, planOf(hosts))
    await finish(execution.executionId)
    expect((await put(execution, paths.planValues(body.id), planLines(hosts))).status).toBe(403)
    expect((await call(execution, 'POST', paths.plans, planOf(hosts))).status).toBe(403)
    await exports.tick()
    expect((await call(person(), 'GET', paths.plan(body.id))).body.state).toBe('failed')
  })

  test('D22: an export sees its own control alone, and names only data collections of its job', async () => {
    const mine = await runningExport()
    const other = await runningExport()
    const { body } = await call(mine.execution, 'POST', paths.plans, planOf(hosts))
    expect((await call(other.execution, 'GET', paths.plan(body.id))).status).toBe(404)
    expect((await call(other.execution, 'GET', paths.plans)).body.data).toEqual([])
    expect((await call(other.execution, 'PUT', paths.planState(body.id), { state: 'failed' })).status).toBe(403)
    expect((await call({ ...mine.execution, collectionIds: [] }, 'POST', paths.plans, planOf(hosts))).status).toBe(403)
    expect((await call({ ...mine.execution, appKind: 'feed' }, 'GET', paths.plans)).status).toBe(403)
    expect(
      (await call(mine.execution, 'POST', paths.plans, planOf(hosts, { collectionVersion: 4 }))).body.detail,
    ).toMatch(/no version 4/)
    const stranger: Caller = { kind: 'user', userId: '9', name: 'eve', role: 'administrator', organizationId: '999' }
    expect((await call(stranger, 'GET', paths.plan(body.id))).status).toBe(404)
    expect((await call(stranger, 'GET', paths.planValues(body.id))).status).toBe(404)
  })
})

describe('D5: receipts', () => {
  test('a receipt keeps what the control holds, value by value, since when', async () => {
    const { execution, controlId } = await runningExport()
    const made = await call(execution, 'POST', paths.receipts, receiptOf())
    expect(made).toMatchObject({ status: 201, body: { state: 'in-sync', serverName: 'one', desired: 4, held: 4 } })
    expect((await put(execution, paths.receiptValues(made.body.id), [])).status).toBe(200)
    expect(await controlValues(controlId)).toEqual(Object.fromEntries(hosts.map((host) => [host, 'held'])))
    rehearsal.clock.pass(60)
    const drift = await call(
      execution,
      'POST',
      paths.receipts,
      receiptOf({ state: 'drift', held: 3, missing: 2, extra: 1 }),
    )
    const lines = [
      ['missing', 'Host', 'b.example.com', 'not held after applying'],
      ['missing', 'Host', 'c.example.com', 'the control refused it'],
      ['extra', 'Host', 'z.example.com', 'held after applying'],
      ['refused', 'Host', 'c.example.com', 'too long'],
    ]
    await rehearsal.db
      .insertInto('indicator')
      .values({ id: indicatorId('Host', 'z.example.com'), type: 'Host', value: 'z.example.com', canonical_version: 1 })
      .execute()
    await put(execution, paths.receiptValues(drift.body.id), lines)
    expect(await controlValues(controlId)).toEqual({
      'a.example.com': 'held',
      'b.example.com': 'missing',
      'c.example.com': 'refused',
      'd.example.com': 'held',
      'z.example.com': 'extra',
    })
    const rows = await rehearsal.db
      .selectFrom('control_value')
      .select(['receipt_id', 'state'])
      .where('control_id', '=', controlId)
      .execute()
    for (const row of rows) expect(row.receipt_id).toBe(row.state === 'held' ? made.body.id : drift.body.id)
    const page = await call(person(), 'GET', `${paths.receiptValues(drift.body.id)}?change=missing`)
    expect(page.body.data).toMatchObject([
      { value: 'b.example.com', reason: 'not held after applying' },
      { value: 'c.example.com' },
    ])
    const list = await call(execution, 'GET', `${paths.receipts}?target=blocked&limit=10`)
    expect(list.body.data.map(({ id }: { id: string }) => id)).toEqual([drift.body.id, made.body.id])
    expect((await call(person(), 'GET', paths.execution(execution.executionId))).body.receiptIds).toEqual([
      made.body.id,
      drift.body.id,
    ])
  })

  test('LIB-8: values that an app left out one by one are not held, and all others are, as the plans said', async () => {
    const { execution, controlId } = await runningExport()
    const notTaken = { 'Host: too long': 1 }
    const taken = hosts.filter((host) => host !== 'b.example.com')
    const receive = async (plan: CreatePlan, lines: readonly (readonly string[])[]) => {
      const { id } = (await call(execution, 'POST', paths.plans, plan)).body
      await put(execution, paths.planValues(id), lines)
      for (const state of ['applying', 'applied'])
        expect(await call(execution, 'PUT', paths.planState(id), { state })).toMatchObject({ body: { state } })
      const { desired } = plan
      const receipt = receiptOf({ planId: id, desired, held: desired, added: 0, notTaken })
      const made = await call(execution, 'POST', paths.receipts, receipt)
      expect((await put(execution, paths.receiptValues(made.body.id), [])).status).toBe(200)
      return await controlValues(controlId)
    }
    const leftOut = ['left-out', 'Host', 'b.example.com', 'Host: too long'] as const
    expect(await receive(planOf(taken, { notTaken }), [...planLines(taken), leftOut])).toEqual(
      Object.fromEntries(taken.map((host) => [host, 'held'])),
    )
    const { data } = (await call(person(), 'GET', paths.plans)).body
    const { body } = await call(person(), 'GET', `${paths.planValues(data[0].id)}?change=left-out`)
    expect(body.data).toEqual([{ change: 'left-out', type: 'Host', value: 'b.example.com', reason: 'Host: too long' }])
    const checksum = createHash('sha256').update(`remove\tHost\td.example.com\n3\n${emptyDigest}\n`).digest('hex')
    const removing = planOf([], { held: 3, desired: 2, notTaken: { 'Host: too long': 2 }, checksum })
    expect(await receive(removing, planLines(['d.example.com'], 'remove'))).toEqual({
      'a.example.com': 'held',
      'c.example.com': 'held',
    })
  })

  test('D21: a value above the highest TLP of the control is not counted as held', async () => {
    const { execution, controlId } = await runningExport()
    await rehearsal.db
      .updateTable('collection_member')
      .set({ tlp: 4 })
      .where('collection_id', '=', collectionId)
      .where('indicator_id', '=', indicatorId('Host', 'a.example.com'))
      .execute()
    const made = await call(execution, 'POST', paths.receipts, receiptOf({ desired: 3, held: 3 }))
    await put(execution, paths.receiptValues(made.body.id), [])
    expect(Object.keys(await controlValues(controlId))).toEqual(hosts.slice(1))
  })

  test('an app cannot say in sync beside figures that say otherwise', async () => {
    const { execution } = await runningExport()
    const refused = await call(execution, 'POST', paths.receipts, receiptOf({ missing: 1 }))
    expect(refused.body.detail).toMatch(/not in sync; send "drift"/)
  })

  test('a pending receipt becomes drift after 24 hours, and its values count as missing', async () => {
    const { execution, controlId } = await runningExport()
    const made = await call(
      execution,
      'POST',
      paths.receipts,
      receiptOf({ state: 'pending', reason: 'Waits to be fetched.' }),
    )
    await put(execution, paths.receiptValues(made.body.id), [])
    expect(new Set(Object.values(await controlValues(controlId)))).toEqual(new Set(['pending']))
    rehearsal.clock.pass(24 * 3600 - 1)
    await exports.tick()
    expect((await call(person(), 'GET', paths.receipt(made.body.id))).body.state).toBe('pending')
    rehearsal.clock.pass(2)
    await exports.tick()
    expect((await call(person(), 'GET', paths.receipt(made.body.id))).body).toMatchObject({
      state: 'drift',
      reason: 'Waits to be fetched. Not fetched within 24 h.',
    })
    expect(new Set(Object.values(await controlValues(controlId)))).toEqual(new Set(['missing']))
  })

  test('D5: receipts over time: by day of UTC with every empty day, by time of writing, of the own organization alone', async () => {
    const { clock } = rehearsal
    const { execution, controlId } = await runningExport()
    const write = async (changes: Partial<CreateReceipt> = {}) =>
      (await call(execution, 'POST', paths.receipts, receiptOf(changes))).body
    const drift = { state: 'drift', held: 3, missing: 1 } as const
    const first = await write()
    await write(drift)
    clock.pass(60)
    const last = await write({ ...drift, target: 'elsewhere' })
    const days = async (query: string, who: Caller = person()) =>
      (await call(who, 'GET', `${paths.receiptDays}?controlId=${controlId}&${query}`)).body.data
    const today = clock.now().toISOString().slice(0, 10)
    const none = { inSync: 0, drift: 0, unverifiable: 0, pending: 0 }
    expect(await days('days=3')).toEqual([
      { day: dayBefore(today, 2), ...none },
      { day: dayBefore(today, 1), ...none },
      { day: today, ...none, inSync: 1, drift: 2 },
    ])
    expect(await days('days=1&target=elsewhere')).toEqual([{ day: today, ...none, drift: 1 }])
    const stranger: Caller = { kind: 'user', userId: '2', name: 'eve', role: 'administrator', organizationId: '999' }
    expect(await days('days=1', stranger)).toEqual([{ day: today, ...none }])
    const listed = async (query: string) =>
      (await call(person(), 'GET', `${paths.receipts}?controlId=${controlId}&${query}`)).body.data.map(idOf)
    expect(await listed(`from=${last.createdAt}`)).toEqual([last.id])
    expect(await listed(`until=${last.createdAt}&state=in-sync`)).toEqual([first.id])
    expect((await call(person(), 'GET', `${paths.receiptDays}?days=367`)).status).toBe(400)
  })
})

function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10)
}

function idOf({ id }: { id: string }): string {
  return id
}
