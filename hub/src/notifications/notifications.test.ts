import type { NotificationKind } from '@postern/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { PersonCaller } from '../access/caller.ts'
import { endExecution } from '../executions/finish.ts'
import type { EndState } from '../executions/execution-state.ts'
import { exitedAt } from '../executions/test-result.ts'
import { type Rehearsal, startRehearsal } from '../executions/rehearsal.ts'
import { createScheduler } from '../jobs/scheduler.ts'
import { testSettings } from '../settings/test-settings.ts'
import { notificationLimits } from './notification-limits.ts'
import { createNotifications, type NotificationsFeature } from './notifications.ts'

const stormSize = process.env['POSTERN_SOAK'] === '1' ? 1000 : 150

let hub: Rehearsal
let notifications: NotificationsFeature
let ada: PersonCaller
let appId: string

beforeAll(async () => {
  hub = await startRehearsal()
  appId = await hub.addApp({ kind: 'feed' })
  ada = { kind: 'user', userId: '1', name: 'ada', role: 'administrator', organizationId: hub.organizationId }
  notifications = createNotifications({
    db: hub.db,
    clock: hub.clock,
    audit: hub.audit,
    settings: testSettings,
  })
})
beforeEach(async () => {
  await sql`truncate mail_settings, notification_rule, notification, mail_recipient, mail_news, mail cascade`.execute(
    hub.db,
  )
  await sql`insert into mail_settings (smtp_host, smtp_port, smtp_security, smtp_from, changed_at)
    values ('mail.example.org', 25, 'none', 'postern@example.org', now())`.execute(hub.db)
  await sql`update environment_server set revoked_at = now()`.execute(hub.db)
  await sql`update job set deleted_at = now(), next_run_at = null`.execute(hub.db)
})
afterAll(async () => await hub.close())

async function rule(
  kinds: NotificationKind[],
  of: { jobId?: string; environmentId?: string } = {},
  to = 'soc@example.org',
) {
  return await notifications.rules.create(ada, { kinds, recipients: [to], ...of })
}

/** An execution that ends as told, by the same function as every end. */
async function ended(jobId: string, state: EndState, message = ''): Promise<string> {
  const { db, organizationId, clock } = hub
  return await db.transaction().execute(async (trx) => {
    const id = await hub.executions.insert(trx, { jobId, trigger: 'run-now', startedBy: 'test' })
    await endExecution(trx, { executionId: id, organizationId }, state, message, clock.now())
    return id
  })
}

async function job(): Promise<string> {
  return await hub.addJob({ appId })
}

/** Mails that were written since the last time, in order. */
async function mails() {
  await notifications.tell()
  return await hub.db.deleteFrom('mail').returning(['address', 'subject', 'text', 'html']).execute()
}

async function shown(state?: 'open' | 'closed') {
  return await notifications.list(
    hub.organizationId,
    { isOpen: state === undefined ? undefined : state === 'open' },
    undefined,
    100,
  )
}

async function watch(seconds = 0): Promise<void> {
  for (let left = seconds; left > 0; left -= 60) {
    hub.clock.pass(Math.min(left, 60))
    await notifications.watch()
  }
  await notifications.watch()
}

test('ES-16: a failed and a partial job are mailed with name, sentence and link, and never with what the app said', async () => {
  const id = await job()
  await rule(['failed', 'partial'])
  const failed = await ended(id, 'failed', 'password=hunter2 was refused by 10.0.0.7')
  const [first] = await mails()
  expect(first).toMatchObject({
    address: 'soc@example.org',
    subject: expect.stringMatching(/^Postern: Job \d+ failed$/),
  })
  expect(first?.text).toContain(`https://hub.example.org:8443/executions/${failed}`)
  expect(first?.text).toMatch(/^Execution \d+ of job Job \d+ failed\. It was for environment .+\.$/m)
  expect(`${first?.text}${first?.html}`).not.toContain('hunter2')
  hub.clock.pass(901)
  await ended(id, 'partial')
  const [second] = await mails()
  expect(second?.text).toMatch(/was done only in part\./)
  expect(second?.text).toMatch(/was done in part\./)
})

test('ES-16: a mail of a failure says why it ended, its exit code, environment and server, and no word of the app', async () => {
  await rule(['failed'])
  const server = await hub.addServer('Plant North A')
  const told: string[] = []
  for (const changes of [
    { outcome: 'exited', exitCode: 1, message: 'password=hunter2' },
    { outcome: 'signalled', exitCode: null, message: 'password=hunter2' },
    { outcome: 'limit', exitCode: null, message: 'The app had 65 processes and was ended; its limit is 64.' },
  ] as const) {
    await hub.beat(server)
    const id = await hub.start(await job())
    const command = (await hub.outbox()).find(({ kind, executionId }) => kind === 'execute' && executionId === id)
    if (command === undefined) throw new Error('no command')
    await hub.tell(server, command, 'accepted')
    await hub.executions.acceptResult(server.serverXid, id, 1, exitedAt(hub.clock.now(), changes))
    const [mail] = await mails()
    told.push(mail?.text.split('\n')[0] ?? '')
    hub.clock.pass(901)
  }
  const where = 'on environment server Plant North A of environment Plant.'
  expect(told.map((text) => text.replace(/^.* failed\. /, ''))).toEqual([
    `Its app ended with exit code 1 ${where}`,
    `Its app was ended by a signal ${where}`,
    `The app had 65 processes and was ended; its limit is 64. It was ${where}`,
  ])
})

test('ES-16: the same failure is told once and counted, and its end is told too', async () => {
  const id = await job()
  await rule(['failed'])
  for (const state of ['failed', 'timed-out', 'unknown'] as const) await ended(id, state)
  expect(await mails()).toHaveLength(1)
  expect(await shown('open')).toMatchObject([
    { kind: 'failed', times: 3, sentence: expect.stringContaining('was lost') },
  ])
  hub.clock.pass(901)
  expect(await mails()).toEqual([])
  await ended(id, 'cancelled')
  expect(await shown('open')).toHaveLength(1)
  await ended(id, 'succeeded')
  expect(await shown('open')).toEqual([])
  expect(await mails()).toMatchObject([{ subject: expect.stringContaining('is in order again') }])
})

test('ES-16: a storm of failures is one mail at once and one digest a quarter of an hour later', async () => {
  await rule(['failed'])
  const { db, organizationId, environmentId, clock } = hub
  const { rows } = await sql<{ id: string }>`
    with jobs as (
      insert into job (organization_id, name, app_id, environment_id, timeout_seconds)
      select ${organizationId}, concat('Storm ', n), ${appId}, ${environmentId}, 600 from generate_series(1, ${stormSize}::int) n
      returning id)
    insert into execution (organization_id, job_id, app_version_id, environment_id, trigger, started_by, deadline_at)
    select ${organizationId}, jobs.id, v.id, ${environmentId}, 'schedule', 'schedule', now()
    from jobs, app_version v where v.app_id = ${appId} returning id`.execute(db)
  async function fail(failing: typeof rows): Promise<void> {
    await db.transaction().execute(async (trx) => {
      for (const { id } of failing)
        await endExecution(trx, { executionId: id, organizationId }, 'failed', '', clock.now())
    })
  }
  await fail(rows.slice(0, 1))
  expect(await mails()).toHaveLength(1)
  await fail(rows.slice(1))
  for (const seconds of [10, 590, 299]) {
    hub.clock.pass(seconds)
    expect(await mails()).toEqual([])
  }
  hub.clock.pass(1)
  expect(await mails()).toMatchObject([
    { subject: `Postern: ${stormSize - 1} messages`, text: expect.stringContaining(`And ${stormSize - 101} more.`) },
  ])
  hub.clock.pass(901)
  expect(await mails()).toEqual([])
})

test('ES-16: a rule of a job or an environment tells of that one alone, and each recipient gets one mail', async () => {
  const [one, other] = [await job(), await job()]
  await rule(['failed'], { jobId: one }, 'one@example.org')
  await rule(['failed'], { environmentId: hub.environmentId }, 'all@example.org')
  await rule(['failed'], {}, 'all@example.org')
  await rule(['missed'], {}, 'nobody@example.org')
  await ended(other, 'failed')
  expect((await mails()).map(({ address }) => address)).toEqual(['all@example.org'])
  hub.clock.pass(901)
  await ended(one, 'failed')
  expect((await mails()).map(({ address }) => address).toSorted()).toEqual(['all@example.org', 'one@example.org'])
})

test('ES-16: a job that should have succeeded by now and has not is told of, until it succeeds', async () => {
  const { db, clock, executions, log } = hub
  await rule(['missed'])
  const id = await job()
  await db
    .updateTable('job')
    .set({ cron: '0 0 * * * ?', time_zone: 'UTC', next_run_at: clock.now(), freshness_seconds: 600 })
    .where('id', '=', id)
    .execute()
  const scheduler = createScheduler({ db, clock, steadyMs: () => clock.steadyMs(), executions, log })
  const started = await scheduler.tick()
  expect(started).toHaveLength(1)
  await watch(599)
  expect(await shown('open')).toEqual([])
  await watch(2)
  expect(await shown('open')).toMatchObject([
    { kind: 'missed', sentence: expect.stringContaining('has not succeeded since') },
  ])
  expect(await mails()).toMatchObject([{ subject: expect.stringContaining('has not succeeded in time') }])
  await watch(600)
  expect(await mails()).toEqual([])
  await ended(id, 'succeeded')
  expect(await shown('open')).toEqual([])
})

test('ES-16: a silent server is told of when it counts as offline, and when it is heard again; a hub that slept waits first', async () => {
  await rule(['server-offline', 'certificate-expiring'])
  const server = await hub.addServer('Quiet')
  await watch(121)
  expect(await shown('open')).toMatchObject([
    { kind: 'server-offline', name: 'Quiet', page: `/environments/${hub.environmentId}/servers/${server.serverXid}` },
  ])
  expect(await mails()).toHaveLength(1)
  await hub.beat(server)
  await watch()
  expect(await shown('open')).toEqual([])
  hub.clock.pass(901)
  expect(await mails()).toMatchObject([{ subject: 'Postern: Quiet is heard again' }])
  // The clock leapt by 15 minutes: nobody could be heard in between.
  await watch(0)
  expect(await shown('open')).toEqual([])
  const soon = new Date(hub.clock.now().getTime() + 13 * 86_400_000)
  await hub.db
    .updateTable('environment_server')
    .set({ certificate_expires_at: soon, last_heartbeat_at: hub.clock.now() })
    .where('server_xid', '=', server.serverXid)
    .execute()
  await watch()
  expect(await shown('open')).toMatchObject([{ kind: 'certificate-expiring' }])
  await sql`update environment_server set revoked_at = now() where server_xid = ${server.serverXid}`.execute(hub.db)
  await watch()
  expect(await shown('open')).toEqual([])
})

test('ES-16: a plan that waits for approval is told of, and when it waits no longer', async () => {
  const { db, organizationId, clock } = hub
  await rule(['approval-needed'])
  await hub.addServer('Here')
  const executionId = await hub.start(await job())
  const control = await db
    .insertInto('control')
    .values({ organization_id: organizationId, name: 'Edge firewall', program_name: 'w' })
    .returning('id')
    .executeTakeFirstOrThrow()
  await sql`insert into collection (organization_id, name, tql, freshness_seconds)
    values (${organizationId}, 'C', 'x', 60)`.execute(db)
  await sql`insert into plan (organization_id, control_id, target, execution_id, attempt, holder_execution_id, collection_id,
      collection_version, state, desired, held, held_digest, checksum, add_count, guards, not_taken, created_at)
    select ${organizationId}, ${control.id}, 't', ${executionId}, 1, ${executionId}, id, 1, 'waiting', 9, 2, '', '', 7, '[]', '[]',
      ${clock.now()} from collection`.execute(db)
  await watch()
  expect(await mails()).toMatchObject([
    { text: expect.stringMatching(/for control Edge firewall waits for approval: 7 to add, 0 to remove\./) },
  ])
  await sql`update plan set state = 'refused'`.execute(db)
  await watch()
  expect(await shown('open')).toEqual([])
})

test('ES-16: where mail is not set up nothing waits to be sent later, and the console shows it all', async () => {
  await rule(['failed'])
  await sql`delete from mail_settings`.execute(hub.db)
  await ended(await job(), 'failed')
  expect(await mails()).toEqual([])
  expect(await shown('open')).toHaveLength(1)
  await sql`insert into mail_settings (smtp_host, smtp_port, smtp_security, smtp_from, changed_at)
    values ('mail.example.org', 25, 'none', 'postern@example.org', now())`.execute(hub.db)
  expect(await mails()).toEqual([])
})

test('ES-16: rules are of what the organization has; a deleted job closes what was the matter with it', async () => {
  await expect(rule(['failed'], { jobId: '999999' })).rejects.toThrow('no such job')
  await expect(rule(['failed'], { jobId: '1', environmentId: '2' })).rejects.toThrow('leave out')
  const id = await job()
  const { id: ruleId } = await rule(['failed'], { jobId: id })
  await notifications.rules.update(ada, ruleId, { kinds: ['failed', 'failed', 'missed'] })
  expect(await notifications.rules.list(hub.organizationId, undefined, 10)).toMatchObject([
    { kinds: ['failed', 'missed'], job: { id }, environment: null, createdBy: 'ada' },
  ])
  const stranger = { ...ada, organizationId: '999' }
  await expect(notifications.rules.remove(stranger, ruleId)).rejects.toThrow('no such notification rule')
  await ended(id, 'failed')
  await sql`update job set deleted_at = now() where id = ${id}`.execute(hub.db)
  await watch()
  expect(await shown('open')).toEqual([])
  hub.clock.pass(notificationLimits.closedDays * 86_400 + 1)
  await notifications.tidy()
  expect(await shown()).toEqual([])
})
