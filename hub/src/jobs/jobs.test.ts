import { DeprecationRules, paths } from '@postern/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller } from '../access/caller.ts'
import { executionRoutes } from '../executions/routes.ts'
import { type Rehearsal, type RehearsedServer, startRehearsal } from '../executions/rehearsal.ts'
import { createServer, type Server } from '../http/server.ts'
import { createRules } from '../lifecycle/rules.ts'
import { createJobs } from './jobs.ts'
import { jobRoutes } from './routes.ts'
import { createScheduler } from './scheduler.ts'

let rehearsal: Rehearsal
let server: Server
let caller: Caller
let environmentServer: RehearsedServer
let feedApp: string
let exportApp: string

beforeAll(async () => {
  rehearsal = await startRehearsal()
  const { db, keys, clock, audit, executions } = rehearsal
  server = await createServer({ authenticate: async () => caller, logger: false })
  jobRoutes(server, createJobs({ db, keys, clock, audit, executions }))
  executionRoutes(server, executions)
  await server.ready()
  caller = {
    kind: 'user',
    userId: '1',
    name: 'ada',
    role: 'organization-administrator',
    organizationId: rehearsal.organizationId,
  }
  environmentServer = await rehearsal.addServer('one')
  await db
    .insertInto('owner')
    .values([
      { organization_id: rehearsal.organizationId, name: 'CERT' },
      { organization_id: rehearsal.organizationId, name: 'Internal' },
    ])
    .execute()
  await db
    .insertInto('collection')
    .values({
      organization_id: rehearsal.organizationId,
      name: 'Bad hosts',
      tql: 'typeName = "Host"',
      freshness_seconds: 60,
    })
    .execute()
  feedApp = await rehearsal.addApp({
    kind: 'feed',
    install: {
      params: [
        { name: 'url', required: true, label: 'Where the feed is' },
        { name: 'api_key', encrypt: true },
        { name: 'sources', type: 'MultiChoice', validValues: ['${OWNERS}'] },
        { name: 'last_run', hidden: true },
      ],
    },
  })
  exportApp = await rehearsal.addApp({
    kind: 'export',
    programName: 'netscout_aed_v1',
    install: { params: [{ name: 'data_collection', required: true }] },
    postern: { collectionParameters: ['data_collection'], limits: { timeoutSeconds: 900 } },
  })
})
afterAll(async () => {
  await server.close()
  await rehearsal.close()
})

async function call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) {
  const reply = await server.inject({ method, url, ...(payload === undefined ? {} : { payload }) })
  return { status: reply.statusCode, body: reply.body === '' ? null : JSON.parse(reply.body) }
}

function feedJob(name: string, changes: object = {}) {
  return {
    name,
    appId: feedApp,
    environmentId: rehearsal.environmentId,
    parameters: { url: 'https://feed.example.com/', api_key: 'k3y-of-the-feed' },
    owner: 'CERT',
    ...changes,
  }
}

describe('FD-14: jobs', () => {
  test('a job is made, read, changed and deleted; its secret never comes out again (D9)', async () => {
    const made = await call(
      'POST',
      paths.jobs,
      feedJob('Feed', { schedule: { cron: '0 0 * * * ?', timeZone: 'Europe/Berlin' } }),
    )
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      name: 'Feed',
      owner: 'CERT',
      control: null,
      parameters: { url: 'https://feed.example.com/', api_key: null },
      secretsSet: ['api_key'],
      nextRunAt: '2026-11-21T09:00:00.000Z',
      timeoutSeconds: 3600,
      retriesMax: 0,
      retryAfterSeconds: 60,
      enabled: true,
    })
    const { id } = made.body
    // Sending back what was shown changes nothing.
    const { body: same } = await call('PATCH', paths.job(id), { parameters: made.body.parameters })
    expect(same).toEqual(made.body)
    const { body: off } = await call('PATCH', paths.job(id), {
      enabled: false,
      retriesMax: 3,
      parameters: { url: 'https://other.example.com/', api_key: '' },
    })
    expect(off).toMatchObject({
      enabled: false,
      retriesMax: 3,
      nextRunAt: null,
      secretsSet: [],
      parameters: { url: 'https://other.example.com/' },
    })
    const { body: list } = await call('GET', `${paths.jobs}?limit=1`)
    expect(list.data).toEqual([off])
    expect((await call('DELETE', paths.job(id))).status).toBe(204)
    expect((await call('GET', paths.job(id))).status).toBe(404)
    const audited = await rehearsal.db.selectFrom('audit_event').select(['action', 'detail']).execute()
    expect(audited.map(({ action }) => action)).toEqual(['job.create', 'job.update', 'job.update', 'job.delete'])
    expect(JSON.stringify(audited)).not.toContain('k3y-of-the-feed')
  })

  test.each<[string, object, RegExp]>([
    ['an owner that does not exist', { owner: 'Certt' }, /no owner "Certt".*CERT, Internal/],
    ['no owner', { owner: undefined }, /owner: a job of this app writes to an owner/],
    [
      'an unknown parameter',
      { parameters: { url: 'x', uri: 'y' } },
      /parameters\.uri is unknown: the app has url, api_key/,
    ],
    ['a missing parameter', { parameters: {} }, /parameters\.url is required: send Where the feed is/],
    ['a control', { control: 'AED' }, /only exports have a control/],
    ['always asking', { mode: 'always-ask' }, /only exports make plans/],
    ['too many retries', { retriesMax: 11 }, /retriesMax.*10/],
    ['an unknown app', { appId: '999' }, /no app 999/],
    ['an unknown environment', { environmentId: '999' }, /no environment 999/],
    ['a five-field schedule', { schedule: { cron: '0 12 * * *  ', timeZone: 'UTC' } }, /6 or 7 fields/],
    ['a wrong time zone', { schedule: { cron: '0 0 * * * ?', timeZone: 'CEST5' } }, /no time zone/],
  ])('a job with %s is refused with what to do', async (_, changes, sentence) => {
    const refused = await call('POST', paths.jobs, feedJob('Wrong', changes))
    expect(refused.status).toBe(400)
    expect(refused.body.detail).toMatch(sentence)
  })

  test.each<[string, object]>([
    ['says so in its postern json', { postern: { deletes: false } }],
    ['brings rules of ThreatConnect', { install: { feeds: [{ deprecation: [{ indicatorType: 'Host' }] }] } }],
  ])('FD-9: a feed that never deletes, and %s, runs only for an owner with deprecation rules', async (says, app) => {
    const name = `Feed that ${says}`
    const appId = await rehearsal.addApp({ kind: 'feed', ...app })
    const { id: ownerId } = await rehearsal.db
      .insertInto('owner')
      .values({ organization_id: rehearsal.organizationId, name })
      .returning('id')
      .executeTakeFirstOrThrow()
    const job = { ...feedJob(name), appId, parameters: {}, owner: name }
    const refused = await call('POST', paths.jobs, job)
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      expect.stringContaining(paths.ownerDeprecation(ownerId)),
    ])
    const { body: waiting } = await call('POST', paths.jobs, { ...job, enabled: false })
    expect((await call('PATCH', paths.job(waiting.id), { enabled: true })).status).toBe(409)

    const { db, clock, audit } = rehearsal
    const rules = createRules({ db, clock, audit })
    const rule = { indicatorType: '*', intervalHours: 24, amount: 10, isPercent: false, atMinimum: 'delete' }
    if (caller.kind !== 'user') throw new Error('a person sets rules')
    await rules.replace(caller, ownerId, DeprecationRules.parse({ rules: [rule] }))
    expect((await call('PATCH', paths.job(waiting.id), { enabled: true })).status).toBe(200)
    await expect(rules.replace(caller, ownerId, { rules: [] })).rejects.toMatchObject({ code: 'conflict' })
    expect((await call('PATCH', paths.job(waiting.id), { enabled: false })).status).toBe(200)
    expect(await rules.replace(caller, ownerId, { rules: [] })).toEqual({ rules: [] })
  })

  test('FD-14: retries are not for an app that is not repeatable (D10)', async () => {
    const appId = await rehearsal.addApp({ kind: 'action' })
    const once = await call('POST', paths.jobs, { ...feedJob('Once', { retriesMax: 1 }), appId, parameters: {} })
    expect([once.status, once.body.detail]).toEqual([400, expect.stringContaining('is not repeatable')])
  })

  test('an export names data collections that exist, and gets a control with the highest TLP AMBER (D21)', async () => {
    const base = { name: 'Export', appId: exportApp, environmentId: rehearsal.environmentId, timeoutSeconds: 60 }
    const wrong = await call('POST', paths.jobs, { ...base, parameters: { data_collection: 'Bad hostz' } })
    expect(wrong.body.detail).toMatch(/parameters\.data_collection: there is no data collection "Bad hostz"/)
    const made = await call('POST', paths.jobs, { ...base, parameters: { data_collection: 'Bad hosts' } })
    expect(made.body).toMatchObject({ control: 'netscout_aed', owner: null, timeoutSeconds: 60 })
    expect((await call('PATCH', paths.job(made.body.id), { timeoutSeconds: null })).body.timeoutSeconds).toBe(900)
    expect(await rehearsal.db.selectFrom('control').select(['name', 'program_name', 'highest_tlp']).execute()).toEqual([
      { name: 'netscout_aed', program_name: 'netscout_aed', highest_tlp: 'AMBER' },
    ])
    expect(
      (await call('POST', paths.jobs, { ...base, parameters: { data_collection: 'Bad hosts' } })).body.detail,
    ).toMatch(/already a job named Export/)
  })

  test('D22: a token may read the owners and data collections that its job names, and write its own owner alone', async () => {
    const owners = await rehearsal.db.selectFrom('owner').select(['id', 'name']).execute()
    const idOf = (name: string) => owners.find((owner) => owner.name === name)?.id
    const made = await call('POST', paths.jobs, feedJob('Reader', { parameters: { url: 'x', sources: ['Internal'] } }))
    await call('POST', paths.jobExecutions(made.body.id))
    const command = (await rehearsal.outbox()).at(-1)
    if (command === undefined) throw new Error('no command')
    const { token, parameters } = rehearsal.openSealed(environmentServer, command)
    expect(parameters).toMatchObject({ tc_owner: 'CERT', sources: ['Internal'] })
    expect(await rehearsal.executions.tokens.authenticate(token)).toMatchObject({
      kind: 'execution',
      appKind: 'feed',
      ownerId: idOf('CERT'),
      readableOwnerIds: [idOf('CERT'), idOf('Internal')],
      collectionIds: [],
      controlId: null,
    })
    expect((await call('DELETE', paths.job(made.body.id))).body.detail).toMatch(/Execution \d+ of this job is open/)
  })

  test('what an app kept is shown as its parameter, stays while it is sent back, and a person resets it (FD-10)', async () => {
    const { body: made } = await call('POST', paths.jobs, feedJob('Cursor'))
    await rehearsal.db
      .insertInto('job_kept_value')
      .values({ job_id: made.id, name: 'last_run', value: '2026-11-20', execution_id: '1' })
      .execute()
    const { body: shown } = await call('GET', paths.job(made.id))
    expect(shown.parameters.last_run).toBe('2026-11-20')
    const { body: same } = await call('PATCH', paths.job(made.id), { parameters: shown.parameters, name: 'Cursor 2' })
    expect(same.parameters.last_run).toBe('2026-11-20')
    expect(
      await rehearsal.db.selectFrom('job_kept_value').select('value').where('job_id', '=', made.id).execute(),
    ).toHaveLength(1)
    const { body: reset } = await call('PATCH', paths.job(made.id), {
      parameters: { ...shown.parameters, last_run: '30 days ago' },
    })
    expect(reset.parameters.last_run).toBe('30 days ago')
    expect(
      await rehearsal.db.selectFrom('job_kept_value').select('value').where('job_id', '=', made.id).execute(),
    ).toHaveLength(0)
  })

  test('run now answers with the execution and a command is in the outbox', async () => {
    const { body: made } = await call('POST', paths.jobs, feedJob('Run now'))
    const started = await call('POST', paths.jobExecutions(made.id))
    expect(started.status).toBe(201)
    expect(started.body).toMatchObject({
      jobId: made.id,
      jobName: 'Run now',
      state: 'dispatched',
      trigger: 'run-now',
      environmentName: 'Plant',
    })
    expect((await rehearsal.outbox()).filter(({ executionId }) => executionId === started.body.id)).toHaveLength(1)
    const { body: list } = await call('GET', `${paths.executions}?jobId=${made.id}`)
    expect(list.data).toMatchObject([{ id: started.body.id }])
  })

  test('ES-1: a job that names no owner writes to that of its environment', async () => {
    const { db, environmentId } = rehearsal
    const nobody = feedJob('Of the plant', { owner: undefined })
    expect((await call('POST', paths.jobs, nobody)).body.detail).toMatch(/^owner: .*name one of/)
    await db
      .updateTable('environment')
      .set((set) => ({ owner_id: set.selectFrom('owner').select('id').where('name', '=', 'CERT') }))
      .where('id', '=', environmentId)
      .execute()
    expect((await call('POST', paths.jobs, nobody)).body.owner).toBe('CERT')
    expect((await call('POST', paths.jobs, { ...nobody, name: 'Of its own', owner: 'Internal' })).body.owner).toBe(
      'Internal',
    )
    await db.updateTable('environment').set({ owner_id: null }).where('id', '=', environmentId).execute()
  })

  test('ES-26: a package that does not allow remote execution runs beside the hub and nowhere else', async () => {
    const { db, environmentId } = rehearsal
    const appId = await rehearsal.addApp({ kind: 'action', postern: { remoteExecution: false } })
    const job = feedJob('Stays at home', { appId, parameters: {} })
    const refused = await call('POST', paths.jobs, job)
    expect(refused.status).toBe(400)
    expect(refused.body.detail).toContain('does not allow remote execution')
    await db.updateTable('environment').set({ on_hub: true }).where('id', '=', environmentId).execute()
    expect((await call('POST', paths.jobs, job)).status).toBe(201)
    await db.updateTable('environment').set({ on_hub: false }).where('id', '=', environmentId).execute()
  })

  test('ES-26: jobs and executions of another organization are not found', async () => {
    const { body: made } = await call('POST', paths.jobs, feedJob('Ours'))
    const { body: started } = await call('POST', paths.jobExecutions(made.id))
    const other = await rehearsal.db
      .insertInto('organization')
      .values({ name: 'Other' })
      .returning('id')
      .executeTakeFirstOrThrow()
    const before = caller
    caller = { kind: 'user', userId: '2', name: 'eve', role: 'administrator', organizationId: other.id }
    try {
      for (const [method, url] of [
        ['GET', paths.job(made.id)],
        ['PATCH', paths.job(made.id)],
        ['DELETE', paths.job(made.id)],
        ['POST', paths.jobExecutions(made.id)],
        ['GET', paths.execution(started.id)],
        ['GET', paths.executionLog(started.id)],
        ['POST', paths.executionCancellation(started.id)],
        ['GET', paths.execution('not-a-number')],
      ] as const) {
        expect(
          (await call(method, url, method === 'PATCH' ? { enabled: false } : undefined)).status,
          `${method} ${url}`,
        ).toBe(404)
      }
      // Nor are they waited for, which would hold up those whose they are as well.
      await rehearsal.db.transaction().execute(async (trx) => {
        await sql`select 1 from job where id = ${made.id} for update`.execute(trx)
        expect((await call('PATCH', paths.job(made.id), { enabled: false })).status).toBe(404)
      })
      expect((await call('GET', paths.jobs)).body.data).toEqual([])
      expect((await call('POST', paths.jobs, feedJob('Theirs'))).body.detail).toMatch(
        /your organization has no environment/,
      )
    } finally {
      caller = before
    }
  })
})

describe('FD-14: schedules', () => {
  test('of several hubs that tick at once, one starts a due job, once; the next time is set', async () => {
    const { db, clock, executions, log } = rehearsal
    const { body: made } = await call(
      'POST',
      paths.jobs,
      feedJob('Hourly', { schedule: { cron: '0 0 * * * ?', timeZone: 'UTC' } }),
    )
    const hubs = [1, 2, 3, 4].map(() =>
      createScheduler({ db, clock, steadyMs: () => clock.steadyMs(), executions, log }),
    )
    clock.pass(3599)
    expect((await Promise.all(hubs.map((hub) => hub.tick()))).flat()).toEqual([])
    clock.pass(1)
    const started = (await Promise.all(hubs.map((hub) => hub.tick()))).flat()
    expect(started).toHaveLength(1)
    expect((await call('GET', paths.job(made.id))).body.nextRunAt).toBe('2026-11-21T10:00:00.000Z')
    expect((await call('GET', paths.execution(started[0] ?? ''))).body).toMatchObject({
      trigger: 'schedule',
      jobId: made.id,
    })

    // Overlap: the execution is still open an hour later.
    clock.pass(3600)
    expect(await hubs[0]?.tick()).toEqual([])
    expect(await skipped(made.id)).toMatchObject([{ reason: 'overlap' }])

    // Misfire: three times passed while no hub ran; they become one.
    await call('POST', paths.executionCancellation(started[0] ?? ''))
    await db
      .updateTable('execution')
      .set({ state: 'cancelled', finished_at: clock.now() })
      .where('id', '=', started[0] ?? '')
      .execute()
    await rehearsal.db
      .updateTable('attempt')
      .set({ state: 'cancelled', finished_at: clock.now() })
      .where('execution_id', '=', started[0] ?? '')
      .execute()
    clock.pass(3 * 3600 + 600)
    expect(await hubs[0]?.tick()).toHaveLength(1)
    expect(await hubs[1]?.tick()).toEqual([])
    expect(await skipped(made.id)).toMatchObject([{ reason: 'overlap' }, { reason: 'misfire', times: 3 }])
    expect((await call('GET', paths.job(made.id))).body.nextRunAt).toBe('2026-11-21T14:00:00.000Z')
    expect(rehearsal.errors).toEqual([])
  })
})

describe('FD-14: schedules under a clock that is set', () => {
  test('set forward by an hour, missed times become one run; set back, short schedules go on at once and a daily one does not run twice', async () => {
    const { db, clock, executions, log } = rehearsal
    const make = async (name: string, cron: string) =>
      (await call('POST', paths.jobs, feedJob(name, { schedule: { cron, timeZone: 'UTC' } }))).body.id as string
    const often = await make('Every five minutes', '0 0/5 * * * ?')
    const scheduler = createScheduler({ db, clock, steadyMs: () => clock.steadyMs(), executions, log })
    const next = async (id: string) => Date.parse((await call('GET', paths.job(id))).body.nextRunAt)
    const runs = async (id: string) => {
      const { rows } = await sql<{ id: string }>`select id from execution where job_id = ${id}`.execute(db)
      await sql`update execution set state = 'cancelled', finished_at = ${clock.now()} where job_id = ${id}`.execute(db)
      await sql`update attempt set state = 'cancelled', finished_at = ${clock.now()} where finished_at is null`.execute(
        db,
      )
      return rows.length
    }
    clock.setBy(3600)
    for (let second = 0; second < 5; second += 1) {
      await scheduler.tick()
      clock.pass(1)
    }
    expect(await runs(often)).toBe(1)
    expect(await skipped(often)).toMatchObject([{ reason: 'misfire', times: 12 }])

    // Once a day, at the minute that has just begun: it has run, and the clock goes back before it.
    const minute = new Date(clock.now().getTime() + 60_000)
    const daily = await make('Daily', `0 ${minute.getUTCMinutes()} ${minute.getUTCHours()} * * ?`)
    clock.pass(61)
    await scheduler.tick()
    expect(await runs(daily)).toBe(1)
    const oftenBefore = await runs(often)
    clock.setBy(-3600)
    await scheduler.tick()
    expect(await next(often)).toBeLessThanOrEqual(clock.now().getTime() + 5 * 60_000)
    clock.pass(5 * 60)
    await scheduler.tick()
    expect(await runs(often)).toBe(oftenBefore + 1)
    clock.pass(3600)
    await scheduler.tick()
    expect(await runs(daily)).toBe(1)
    for (const id of [often, daily]) await call('DELETE', paths.job(id))
  })
})

describe('FD-14: what people see of schedules and runs', () => {
  test('a schedule is previewed by the rules that hold when it is saved: daylight saving, and every mistake in words', async () => {
    const preview = await call(
      'GET',
      `${paths.schedulePreview}?${new URLSearchParams({ cron: '0 30 2 * * *', timeZone: 'europe/berlin', runs: '2' })}`,
    )
    expect(preview.status).toBe(200)
    expect(preview.body.schedule).toEqual({ cron: '0 30 2 * * ?', timeZone: 'Europe/Berlin' })
    const made = await call('POST', paths.jobs, feedJob('Previewed', { schedule: preview.body.schedule }))
    expect(made.body.nextRunAt).toBe(preview.body.runs[0])
    expect(preview.body.runs).toHaveLength(2)
    for (const [cron, timeZone, words] of [
      ['* * *', 'UTC', '6 or 7 fields'],
      ['0 0 25 * * ?', 'UTC', '"25" is no hours'],
      ['0 0 0 1 1 ? 1999', 'UTC', 'no time that is still to come'],
      ['0 0 * * * ?', 'Mars/Olympus', '"Mars/Olympus" is no time zone'],
    ] as const) {
      const refused = await call('GET', `${paths.schedulePreview}?${new URLSearchParams({ cron, timeZone })}`)
      expect(refused.status).toBe(400)
      expect(refused.body.detail).toContain(words)
    }
    await call('DELETE', paths.job(made.body.id))
  })

  test('a job shows its newest execution; the list is searched by name, environment and app', async () => {
    const made = await call('POST', paths.jobs, feedJob('Shows its last run'))
    expect(made.body).toMatchObject({ appKind: 'feed', lastExecution: null })
    await call('POST', paths.jobExecutions(made.body.id))
    const { body: last } = await call('POST', paths.jobExecutions(made.body.id))
    expect((await call('GET', paths.job(made.body.id))).body.lastExecution).toMatchObject({
      id: last.id,
      state: last.state,
      finishedAt: null,
    })
    const found = async (query: string) => (await call('GET', `${paths.jobs}?${query}`)).body.data.map(nameOf)
    expect(await found('contains=ITS%20LAST')).toEqual(['Shows its last run'])
    expect(await found('contains=%25')).toEqual([])
    expect(await found(`environmentId=${rehearsal.environmentId}`)).toContain('Shows its last run')
    expect(await found('environmentId=999')).toEqual([])
    expect(await found(`appId=${feedApp}`)).toContain('Shows its last run')
    expect(await found(`appId=${exportApp}`)).not.toContain('Shows its last run')
  })

  test('times that started nothing are listed newest first, page by page, to the own organization alone', async () => {
    const { body: job } = await call('POST', paths.jobs, feedJob('Skips'))
    const at = (hour: number) => `2026-11-20T${String(hour).padStart(2, '0')}:00:00.000Z`
    await rehearsal.db
      .insertInto('skipped_run')
      .values([1, 2, 3].map((hour) => ({ job_id: job.id, due_at: at(hour), reason: 'overlap', times: hour })))
      .execute()
    const first = await call('GET', `${paths.jobSkippedRuns(job.id)}?limit=2`)
    expect(first.body.data).toEqual([3, 2].map((hour) => ({ dueAt: at(hour), reason: 'overlap', times: hour })))
    const rest = await call('GET', `${paths.jobSkippedRuns(job.id)}?limit=2&cursor=${first.body.next}`)
    expect(rest.body).toEqual({ data: [{ dueAt: at(1), reason: 'overlap', times: 1 }] })
    const before = caller
    caller = { kind: 'user', userId: '2', name: 'eve', role: 'administrator', organizationId: '999' }
    expect((await call('GET', paths.jobSkippedRuns(job.id))).status).toBe(404)
    caller = before
  })
})

function nameOf({ name }: { name: string }): string {
  return name
}

async function skipped(jobId: string) {
  return await rehearsal.db
    .selectFrom('skipped_run')
    .select(['reason', 'times'])
    .where('job_id', '=', jobId)
    .orderBy('due_at')
    .execute()
}
