import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { callHub, ensureJob, ensureOwner, installPackage, sendToHub } from '@postern/cli'
import {
  Collection,
  DiffValuePage,
  ExclusionList,
  Execution,
  IndicatorPage,
  type Job,
  Ledger,
  LedgerItemPage,
  type LogLine,
  LogPage,
  Owner,
  paths,
  PlanPage,
  ReceiptPage,
  tcexPaths,
} from '@postern/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitFor } from '../environment-server/wait-for.ts'
import { withHubDatabase } from '../hub-database.ts'
import { hostNames, startStory, type Story } from '../stories/story.ts'
import { hostileApp } from './hostile-app.ts'
import { goodHosts, hostileEvents } from './hostile-events.ts'

const sourceOwner = 'Source of the story'

let story: Story
/** What the forger is after: a value, a plan that waits for approval, and the receipt before it. */
let prize: { indicatorId: string; planId: string; receiptId: string; exportId: string; feedId: string }
beforeAll(async () => {
  story = await startStory()
  story.publish(hostNames(200, 'host'))
  const fed = await story.feed()
  const exported = await story.export()
  story.publish([...hostNames(50, 'host'), ...hostNames(150, 'other')])
  await story.feed()
  const waiting = await story.export()
  const { data } = await callHub(story.system.hub.target, paths.indicators, IndicatorPage)
  prize = {
    indicatorId: data[0]?.id ?? '',
    planId: waiting.plans[0]?.id ?? '',
    receiptId: exported.receipts[0]?.id ?? '',
    exportId: exported.execution.id,
    feedId: fed.id,
  }
  expect(waiting.plans).toMatchObject([{ state: 'waiting' }])
})
afterAll(async () => await story[Symbol.asyncDispose]())

/** Under /api the hub speaks as ThreatConnect does, which says 401 where we say 403. */
const refusal = /^done "(?:(?:400|403|404|409) |401 .*(?:no right|may not))/

type Call = { what: string; method: string; path: string; body?: unknown; lines?: string[] }

/** Installs the forger as an app of this kind and has it make these calls with its own token; gives what it was answered. */
async function forge(kind: 'action' | 'export', calls: readonly Call[]): Promise<Map<string, string>> {
  const { target } = story.system.hub
  const { bytes } = await hostileApp(
    'forger',
    {
      displayName: `Forger ${kind}`,
      programVersion: kind === 'action' ? '1.0.0' : '1.0.1',
      params: [
        { name: 'calls', type: 'String' },
        { name: 'collection', type: 'String' },
      ],
    },
    { kind, collectionParameters: ['collection'] },
  )
  const app = await installPackage(target, bytes)
  await ensureOwner(target, 'Forgers')
  const job: Job = await ensureJob(target, app, story.server.environment, {
    name: `Forger ${kind}`,
    parameters: {
      calls: JSON.stringify(calls),
      ...(kind === 'export' ? { collection: story.jobs.collection.name } : {}),
    },
    ...(kind === 'export' ? { control: 'forged' } : { owner: 'Forgers' }),
  })
  const { id } = await callHub(target, paths.jobExecutions(job.id), Execution, { method: 'POST', json: {} })
  const { state } = await story.end(id)
  const log = await logOf(id)
  const answers = new Map(
    log.flatMap(({ text }) => {
      const [, what, answer] = /^tried (.+?): (.*)$/s.exec(text) ?? []
      return what === undefined || answer === undefined ? [] : [[what, answer] as const]
    }),
  )
  expect(state, log.map(({ text }) => text).join('\n')).toBe('succeeded')
  for (const { what } of calls) expect(answers.has(what), what).toBe(true)
  return answers
}

async function logOf(executionId: string): Promise<LogLine[]> {
  return await waitFor(async () => {
    const { data } = await callHub(story.system.hub.target, `${paths.executionLog(executionId)}?limit=1000`, LogPage)
    return data.some(({ text }) => text.startsWith('tried renew a token of another')) && data
  }, 'the whole log')
}

/** All that the forger is after, as the hub tells it to people. */
async function treasures(): Promise<unknown> {
  const { target } = story.system.hub
  const [plans, receipts, indicators] = await Promise.all([
    callHub(target, paths.plans, PlanPage),
    callHub(target, paths.receipts, ReceiptPage),
    callHub(target, paths.indicators, IndicatorPage),
  ])
  return {
    plans: plans.data.filter(({ control }) => control !== 'forged'),
    receipts: receipts.data.filter(({ control }) => control !== 'forged'),
    indicators: indicators.data.filter(({ owners }) => !owners.includes('Forgers')),
    held: story.held(),
  }
}

const receiptOf = (changes: object) => ({
  planId: null,
  collectionId: story.jobs.collection.id,
  collectionVersion: 1,
  target: 'Story',
  state: 'in-sync',
  desired: 200,
  held: 200,
  missing: 0,
  extra: 0,
  added: 40,
  removed: 0,
  removedBy: null,
  notTaken: {},
  unverifiedTransport: false,
  ...changes,
})

test('D22: a hostile app of one owner neither writes as another nor reads what is another’s, and its token opens nothing else', async () => {
  const before = await treasures()
  const batch = {
    action: 'Create',
    attributeWriteType: 'Replace',
    haltOnError: 'false',
    owner: sourceOwner,
    version: 'V2',
  }
  const forbidden: Call[] = [
    { what: 'write as another owner', method: 'POST', path: '/api/v2/batch', body: batch },
    { what: 'delete as another owner', method: 'POST', path: '/api/v2/batch', body: { ...batch, action: 'Delete' } },
    {
      what: 'send content into another’s batch',
      method: 'POST',
      path: '/api/v2/batch/1',
      body: { indicator: [{ type: 'Host', summary: 'forged.example.com' }] },
    },
    { what: 'read another’s batch', method: 'GET', path: '/api/v2/batch/1' },
    { what: 'read another’s value', method: 'GET', path: `/v1/indicators/${prize.indicatorId}` },
    { what: 'read another’s ledger', method: 'GET', path: `/v1/executions/${prize.feedId}/ledger` },
    {
      what: 'write into another’s ledger',
      method: 'PUT',
      path: `/v1/executions/${prize.feedId}/unmapped`,
      body: { data: [] },
    },
    { what: 'write a receipt', method: 'POST', path: '/v1/receipts', body: receiptOf({}) },
    { what: 'write a result', method: 'PUT', path: `/v1/executions/${prize.feedId}/attempts/1/result`, body: {} },
    { what: 'write a log', method: 'POST', path: `/v1/executions/${prize.feedId}/attempts/1/log`, body: {} },
    {
      what: 'approve a plan',
      method: 'POST',
      path: `/v1/plans/${prize.planId}/decision`,
      body: { decision: 'approve' },
    },
    { what: 'make a token', method: 'POST', path: '/v1/tokens', body: { name: 'x', role: 'administrator' } },
    { what: 'make a user', method: 'POST', path: '/v1/users', body: {} },
    { what: 'install an app', method: 'POST', path: '/v1/apps', body: {} },
    { what: 'make a job', method: 'POST', path: '/v1/jobs', body: {} },
    { what: 'run a job', method: 'POST', path: `/v1/jobs/${story.jobs.export.id}/executions`, body: {} },
    { what: 'read the jobs', method: 'GET', path: '/v1/jobs' },
    { what: 'read the audit', method: 'GET', path: '/v1/audit-events' },
    { what: 'read settings', method: 'GET', path: '/v1/settings' },
    { what: 'read logs', method: 'GET', path: `/v1/executions/${prize.feedId}/log` },
    {
      what: 'make a bundle',
      method: 'POST',
      path: `/v1/environments/${story.server.environment.id}/downloads`,
      body: { kind: 'bundle' },
    },
    { what: 'make a set-up link', method: 'POST', path: '/v1/setup-links', body: {} },
  ]
  const answers = await forge('action', [
    ...forbidden,
    {
      what: 'search another’s values',
      method: 'GET',
      path: `/v1/indicators?tql=${encodeURIComponent(`ownerName = "${sourceOwner}"`)}`,
    },
    { what: 'list the owners', method: 'GET', path: '/v1/owners' },
    { what: 'be itself', method: 'GET', path: '/v1/me' },
  ])
  for (const { what } of forbidden) expect(answers.get(what), what).toMatch(refusal)
  for (const what of ['speak as another execution', 'live longer', 'renew a token of another'])
    expect(answers.get(what), what).toMatch(/^done "401 /)
  expect(answers.get('search another’s values')).toMatch(/^done "200 \{\\"data\\":\[\]/)
  expect(answers.get('list the owners')).not.toContain(sourceOwner)
  // The way to the hub is open, and the token is good: the refusals above are about what was asked.
  expect(answers.get('be itself')).toMatch(/^done "200 /)
  expect(await treasures()).toEqual(before)
})

test('D5: a hostile export forges no receipt or plan of a control that is not its own, and no state that its own figures deny', async () => {
  const before = await treasures()
  const state = `/v1/plans/${prize.planId}/state`
  const forbidden: Call[] = [
    {
      what: 'a receipt for another’s plan',
      method: 'POST',
      path: '/v1/receipts',
      body: receiptOf({ planId: prize.planId }),
    },
    {
      what: 'a receipt in sync with values missing',
      method: 'POST',
      path: '/v1/receipts',
      body: receiptOf({ missing: 5 }),
    },
    {
      what: 'a receipt for a collection that it does not name',
      method: 'POST',
      path: '/v1/receipts',
      body: receiptOf({ collectionId: '9999' }),
    },
    {
      what: 'a receipt for a version that there is not',
      method: 'POST',
      path: '/v1/receipts',
      body: receiptOf({ collectionVersion: 9_999 }),
    },
    {
      what: 'a receipt that names a control',
      method: 'POST',
      path: '/v1/receipts',
      body: receiptOf({ control: 'netscout-aed' }),
    },
    {
      what: 'values for another’s receipt',
      method: 'PUT',
      path: `/v1/receipts/${prize.receiptId}/values`,
      lines: ['["missing","Host","host-00001.example.com",""]\n'],
    },
    {
      what: 'values for another’s plan',
      method: 'PUT',
      path: `/v1/plans/${prize.planId}/values`,
      lines: ['["remove","Host","host-00001.example.com"]\n'],
    },
    { what: 'begin another’s plan', method: 'PUT', path: state, body: { state: 'applying' } },
    { what: 'end another’s plan', method: 'PUT', path: state, body: { state: 'applied' } },
    { what: 'fail another’s plan', method: 'PUT', path: state, body: { state: 'failed', reason: 'x' } },
    {
      what: 'approve another’s plan',
      method: 'POST',
      path: `/v1/plans/${prize.planId}/decision`,
      body: { decision: 'approve' },
    },
    { what: 'read another’s plan', method: 'GET', path: `/v1/plans/${prize.planId}` },
    { what: 'read another’s receipt', method: 'GET', path: `/v1/receipts/${prize.receiptId}` },
    { what: 'read another’s receipt values', method: 'GET', path: `/v1/receipts/${prize.receiptId}/values` },
    { what: 'read the library', method: 'GET', path: '/v1/indicators' },
    {
      what: 'write to the library',
      method: 'POST',
      path: '/api/v2/batch',
      body: { action: 'Create', owner: sourceOwner },
    },
  ]
  const answers = await forge('export', [
    ...forbidden,
    { what: 'list receipts', method: 'GET', path: '/v1/receipts' },
    { what: 'list plans', method: 'GET', path: '/v1/plans' },
    { what: 'read its collection', method: 'GET', path: `/v1/collections/${story.jobs.collection.id}` },
  ])
  for (const { what } of forbidden) expect(answers.get(what), what).toMatch(refusal)
  for (const what of ['list receipts', 'list plans'])
    expect(answers.get(what), what).toMatch(/^done "200 \{\\"data\\":\[\]/)
  expect(answers.get('read its collection')).toMatch(/^done "200 /)
  expect(await treasures()).toEqual(before)
})

/**
 * What one control's plan would do, value by value, whichever version of the collection it was made of. That it names how many it leaves
 * out, being inactive, is no part of that.
 */
async function plannedNow(): Promise<unknown> {
  const { target } = story.system.hub
  await callHub(target, paths.collectionRefresh(story.jobs.collection.id), Collection, { method: 'POST', json: {} })
  const { execution, plans } = await story.export()
  const [plan] = plans
  if (plan === undefined) throw new Error(`the export made no plan: ${execution.state} ${execution.message ?? ''}`)
  const { target: part, state, desired, held, add, remove } = plan
  const { data } = await callHub(target, `${paths.planValues(plan.id)}?limit=1000`, DiffValuePage)
  const values = data.map((value) => JSON.stringify(value)).toSorted()
  return { part, state, desired, held, add, remove, values }
}

/** Events of an appliance, as its app sends them, each with what it claims to have seen. */
async function sendAlarms(owner: string, values: readonly string[], first: number): Promise<void> {
  const { target } = story.system.hub
  const config = { action: 'Create', owner, version: 'V2', haltOnError: false }
  const { bytes } = await sendToHub(target, `${tcexPaths.base}/v2/batch`, { json: config })
  const made = JSON.parse(bytes.toString()) as { data: { batchId: number } }
  const alarms = values.map((summary, index) => ({ summary, xid: `forged alarm ${first + index}` }))
  const content = {
    group: alarms.map(({ xid }) => ({ type: 'Event', eventType: 'Alert', name: xid, xid, eventDate: now })),
    indicator: alarms.map(({ summary, xid }) => ({ type: 'Host', summary, associatedGroups: [{ groupXid: xid }] })),
  }
  await sendToHub(target, `${tcexPaths.base}${tcexPaths.batch(String(made.data.batchId))}`, {
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.from(JSON.stringify(content)),
  })
}

const now = new Date().toISOString()
const alarmsAtOnce = process.env['POSTERN_SOAK'] === '1' ? 2_500 : 500
const forgedAlarms = 4 * alarmsAtOnce

test('S1: thousands of forged alarms on protected and unknown values change no plan of a control; what a feed says does', async () => {
  const { target } = story.system.hub
  const collection = paths.collection(story.jobs.collection.id)
  // Whoever asserts a host: the owner's name alone would keep out what the forger brings.
  await callHub(target, collection, Collection, { method: 'PATCH', json: { tql: 'typeName = "Host"' } })
  const [protectedHost = ''] = hostNames(1, 'other')
  const list = await callHub(target, paths.exclusionLists, ExclusionList, {
    json: { name: 'Never', kind: 'protected', atImport: false },
  })
  const entries = [{ entry: protectedHost }]
  await callHub(target, paths.exclusionEntries(list.id), ExclusionList, { method: 'PUT', json: { entries } })
  // What the library held before is judged in the background; until then a plan with it is refused whole.
  await waitFor(
    async () => (await callHub(target, paths.exclusionList(list.id), ExclusionList)).hitCount === 1,
    'the list to hit the protected value',
  )
  const appliance = await ensureOwner(target, 'Appliance')
  await callHub(target, paths.owner(appliance.id), Owner, { method: 'PATCH', json: { statusDefault: 'Review' } })
  const before = await plannedNow()
  expect(before).toMatchObject({ add: expect.toSatisfy((add: number) => add > 0) })
  expect(JSON.stringify(before)).not.toContain(protectedHost)

  for (let sent = 0; sent < forgedAlarms; sent += alarmsAtOnce) {
    const values = Array.from({ length: alarmsAtOnce }, (_, number) =>
      number % 4 === 0 ? protectedHost : `forged-${sent + number}.example.net`,
    )
    await sendAlarms('Appliance', values, sent)
  }
  const query = new URLSearchParams({ tql: `summary = "${protectedHost}"` })
  // The alarms have arrived and count; what they move is settled in the background.
  await waitFor(async () => {
    const { data } = await callHub(target, `${paths.indicators}?${query}`, IndicatorPage)
    return data[0]?.owners.includes('Appliance') === true && data[0].sightingCount === forgedAlarms / 4
  }, 'all alarms in the view of the protected value')
  expect(await plannedNow()).toEqual(before)

  story.publish([...hostNames(50, 'host'), ...hostNames(151, 'other')])
  await story.feed()
  expect(await plannedNow()).not.toEqual(before)
  await callHub(target, collection, Collection, { method: 'PATCH', json: { tql: `ownerName = "${sourceOwner}"` } })
})

test('S6: every text of the hostile corpus, in every place of an event, stops nothing: what is refused is named, and every good value beside it arrives', async () => {
  const folder = join(story.system.dataFolder, '../events')
  for (const file of hostileEvents()) writeFileSync(join(folder, `${file.Event.uuid}.json`), JSON.stringify(file))
  const { target } = story.system.hub
  const execution = await story.feed()
  expect(execution.state, execution.message ?? '').toMatch(/^(succeeded|partial)$/)
  const { data } = await callHub(
    target,
    `${paths.indicators}?limit=1000&tql=${encodeURIComponent('summary like "good-%"')}`,
    IndicatorPage,
  )
  expect(data.map(({ value }) => value).toSorted()).toEqual(goodHosts())
  const ledger = await callHub(target, paths.executionLedger(execution.id), Ledger)
  const refused = await callHub(
    target,
    `${paths.executionLedger(execution.id)}/items?outcome=refused&limit=1000`,
    LedgerItemPage,
  )
  expect(ledger.refused).toBeGreaterThan(500)
  expect(ledger.unmapped.length).toBeGreaterThan(0)
  for (const { reason, summary } of refused.data) expect(reason, JSON.stringify(summary)).toMatch(/\S/)
  // No canonical value acts on whoever prints it (S6).
  const values = await withHubDatabase(
    story.system.dataFolder,
    async (client) => (await client.query<{ value: string }>('select value from indicator')).rows,
  )
  expect(values.length).toBeGreaterThan(goodHosts().length)
  for (const { value } of values) expect(value).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u)
})
