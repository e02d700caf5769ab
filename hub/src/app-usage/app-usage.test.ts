import { paths } from '@postern/protocol'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEnvironments, type Member } from '../environments/environments.ts'
import { emptyServerFiles, enrolNewServer } from '../environments/test-enrolment.ts'
import { createTestHub, person, type TestHub } from '../environments/test-hub.ts'
import type { Server } from '../http/server.ts'
import { testSettings } from '../settings/test-settings.ts'
import { createAppUsages } from './app-usage.ts'
import { appUsageRoutes } from './routes.ts'

let hub: TestHub
let server: Server
let environmentId: string
let serverXid: string

beforeAll(async () => {
  hub = await createTestHub()
  const caller = person('organization-administrator', hub.organizationId) as Member
  const { db } = hub.database
  const environments = createEnvironments({
    ...hub,
    db,
    settings: testSettings,
    serverFilesFolder: emptyServerFiles(),
    runtimeFile: '',
  })
  server = await hub.server((made) => appUsageRoutes(made, createAppUsages({ db, environments })))
  environmentId = (await environments.create(caller, { name: 'Plant' })).id
  serverXid = (await enrolNewServer(environments, caller, environmentId)).serverXid
  // Forty executions, one an hour: the last thirty use 0.1, 0.2 … 3.0 cores and 10, 20 … 300 MB; ten before them used more.
  await addAttempts('steady_v1', 40, (place) => ({
    wallSeconds: 10,
    cpuSeconds: place <= 30 ? place : 1_000,
    memoryPeakBytes: (place <= 30 ? place * 10 : 9_999) * 1_048_576,
  }))
  await addAttempts('tried_v1', 11, () => ({ wallSeconds: 2, cpuSeconds: 1, memoryPeakBytes: 1 }), '2 minutes')
  await addAttempts('each_quarter_v1', 120, () => ({ wallSeconds: 2, cpuSeconds: 1, memoryPeakBytes: 1 }), '15 minutes')
  await addAttempts('once_v1', 1, () => ({ wallSeconds: 2, cpuSeconds: null, memoryPeakBytes: null }))
})
afterAll(async () => await hub.close())

type Used = { wallSeconds: number; cpuSeconds: number | null; memoryPeakBytes: number | null }

/** @param usageOf by how many executions before the latest, which is 1 */
async function addAttempts(
  programName: string,
  count: number,
  usageOf: (place: number) => Used,
  apart = '1 hour',
): Promise<void> {
  const { db } = hub.database
  const sha256 = Buffer.from(programName).toString('hex').padStart(64, '0')
  await sql`insert into package (sha256, bytes) values (${sha256}, 1)`.execute(db)
  await sql`
    with added_app as (
      insert into app (program_name, kind, display_name) values (${programName}, 'feed', ${`The app ${programName}`}) returning id
    ), version as (
      insert into app_version (app_id, program_version, package_sha256, package_bytes, install_json, publisher_key_id, signature, vouched_by)
      select id, '1.0.0', ${sha256}, 1, '{}', '0123456789abcdef', '', 'nobody' from added_app returning id, app_id
    ), job as (
      insert into job (organization_id, name, app_id, environment_id, timeout_seconds)
      select ${hub.organizationId}, ${programName}, app_id, ${environmentId}, 60 from version returning id
    ), started as (
      insert into execution (organization_id, job_id, app_version_id, environment_id, trigger, started_by, state, deadline_at, finished_at)
      select ${hub.organizationId}, job.id, version.id, ${environmentId}, 'run-now', 'somebody', 'succeeded', now(), now()
      from job, version, generate_series(1, ${count}) returning id
    ), numbered as (select id, row_number() over (order by id) as place from started)
    insert into attempt (execution_id, number, server_xid, state, placement, repeatable, dispatched_at, finished_at, takeover_at, usage)
    select id, 1, ${serverXid}, 'finished', 'pinned', true, now(), '2026-11-20T10:00:00Z'::timestamptz - (place - 1) * ${apart}::interval,
      now(), ${JSON.stringify(Array.from({ length: count }, (_, index) => usageOf(index + 1)))}::jsonb -> (place - 1)::int
    from numbered`.execute(db)
}

async function listed(caller = 'read-only ours', id = environmentId) {
  const answer = await server.inject({ url: paths.environmentAppUsage(id), headers: { caller } })
  return { status: answer.statusCode, body: answer.json() }
}

test('ES-25: an app’s figures are frequency, cores and memory of its last thirty executions on a server', async () => {
  const { body } = await listed()
  const steady = body.apps.find(({ programName }: { programName: string }) => programName === 'steady_v1')
  expect(steady).toMatchObject({ serverXid, displayName: 'The app steady_v1', executions: 30 })
  expect(steady.lastFinishedAt).toBe('2026-11-20T10:00:00.000Z')
  expect(steady.executionsPerDay).toBeCloseTo(24)
  expect(steady.cores.mean).toBeCloseTo(1.55)
  expect(steady.cores.median).toBeCloseTo(1.55)
  expect(steady.cores.p95).toBeCloseTo(2.855)
  expect(steady.cores.peak).toBeCloseTo(3)
  expect(steady.memoryMegabytes).toEqual({ median: 155, p95: 285.5, peak: 300 })
})

test('ES-25: how often an app runs is not carried on from minutes to a day, and counts beyond the last thirty', async () => {
  const { body } = await listed()
  const perDay = (name: string) =>
    body.apps.find(({ programName }: { programName: string }) => programName === name).executionsPerDay
  expect(perDay('tried_v1')).toBe(11)
  // A day with both its ends.
  expect(perDay('each_quarter_v1')).toBe(97)
})

test('ES-25: what was not measured is not made up', async () => {
  const { body } = await listed()
  const once = body.apps.find(({ programName }: { programName: string }) => programName === 'once_v1')
  expect(once).toMatchObject({ executions: 1, executionsPerDay: null, cores: null, memoryMegabytes: null })
})

test('ES-26: another organization sees none of it', async () => {
  expect((await listed('read-only theirs')).status).toBe(404)
})
