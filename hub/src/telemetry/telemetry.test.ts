import { readFileSync } from 'node:fs'
import { Telemetry } from '@postern/protocol'
import { sql } from 'kysely'
import { Registry } from 'prom-client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { person } from '../environments/test-hub.ts'
import { rehearsedEnvironments, rehearsedSettings } from '../environments/rehearsed-environments.ts'
import { createPresenceWatch } from '../environments/presence-watch.ts'
import { type Rehearsal, type RehearsedServer, startRehearsal } from '../executions/rehearsal.ts'
import type { Change } from '../live/changes.ts'
import { telemetryLimits } from './telemetry-limits.ts'
import { telemetryShards } from './shards.ts'
import { addTelemetryMetrics } from './telemetry-metrics.ts'
import { createTelemetryWatch } from './telemetry-watch.ts'
import { createTelemetryWriter, type TelemetryWriter } from './telemetry-writer.ts'
import { createTelemetry, type WantedSpan } from './telemetry.ts'

const example = Telemetry.parse(
  JSON.parse(readFileSync(new URL('../../../protocol/examples/Telemetry.json', import.meta.url), 'utf8')),
)

let rehearsal: Rehearsal
let one: RehearsedServer
let writer: TelemetryWriter
const writers: TelemetryWriter[] = []

beforeAll(async () => {
  rehearsal = await startRehearsal()
  one = await rehearsal.addServer('one')
})
afterAll(async () => await rehearsal.close())
beforeEach(async () => {
  writer = startWriter()
  await writer.turn()
})
afterEach(async () => {
  for (const each of writers.splice(0)) await each.close()
  await sql`truncate telemetry_10s, telemetry_1m, telemetry_1h, telemetry_latest`.execute(rehearsal.db)
  await sql`update telemetry_roll_up set until = '-infinity'`.execute(rehearsal.db)
})

function startWriter(): TelemetryWriter {
  const { db, url, clock, log } = rehearsal
  const made = createTelemetryWriter({ db, directUrl: url, clock, steadyMs: () => clock.steadyMs(), log })
  writers.push(made)
  return made
}

function said(figures: Partial<Telemetry> = {}): Telemetry {
  return { ...example, ...figures }
}

/** One message each `everySeconds`, written as it comes. */
async function speak(seconds: number, everySeconds: number, figures: (index: number) => Partial<Telemetry>) {
  for (let index = 0; index < seconds / everySeconds; index += 1) {
    rehearsal.clock.pass(everySeconds)
    writer.receive(one.serverXid, said({ periodSeconds: everySeconds, ...figures(index) }))
    await writer.turn()
  }
}

async function rowsIn(table: string): Promise<number> {
  const { rows } = await sql<{ count: string }>`select count(*) as count from ${sql.table(table)}`.execute(rehearsal.db)
  return Number(rows[0]?.count)
}

async function read(wanted: WantedSpan = {}) {
  const { db, clock, organizationId, environmentId } = rehearsal
  const telemetry = createTelemetry({
    db,
    clock,
    environments: rehearsedEnvironments(rehearsal),
    settings: rehearsedSettings(rehearsal),
  })
  return await telemetry.read(person('read-only', organizationId) as never, environmentId, one.serverXid, wanted)
}

describe('ES-14: telemetry', () => {
  test('a message becomes a point and the figures of now', async () => {
    await speak(30, 10, (index) => ({ cpuPercent: 10 * (index + 1), messages: 9 }))
    const { now, points, stepSeconds } = await read()
    expect(now).toMatchObject({ cpuPercent: 30, executors: 2, running: 1, roundTripMs: 21.4, messagesPerHour: 3240 })
    expect(stepSeconds).toBe(10)
    expect(points.map(({ cpuPercent }) => cpuPercent)).toEqual([10, 20, 30])
    expect(points[0]).toMatchObject({ memoryUsedPercent: 37.5, diskUsedPercent: 40, messagesPerHour: 3240 })
  })

  test('S15: of a server that talks too much one message a second is taken, and the others lose nothing', async () => {
    const two = await rehearsal.addServer('two')
    for (let second = 0; second < 10; second += 1) {
      for (let count = 0; count < 100; count += 1) writer.receive(one.serverXid, said({ messages: 1 }))
      writer.receive(two.serverXid, said({ messages: 1 }))
      rehearsal.clock.pass(1)
      await writer.turn()
    }
    const { rows } = await sql<{ xid: string; messages: number }>`
      select server_xid as xid, sum(messages) as messages from telemetry_10s group by 1`.execute(rehearsal.db)
    const of = (xid: string) => rows.find((row) => row.xid === xid)?.messages
    expect(of(one.serverXid)).toBe(telemetryLimits.messagesAtOnceMax + 9 * telemetryLimits.messagesPerSecondMax)
    expect(of(two.serverXid)).toBe(10)
    const metrics = new Registry()
    addTelemetryMetrics(metrics, writer.counts)
    for (const line of ['{fate="taken"} 22', '{fate="over quota"} 988', '{fate="lost"} 0'])
      expect(await metrics.metrics()).toContain(`postern_telemetry_messages_total${line}`)
  })

  test('D15: hubs share the shards, write each message once, and take over from one that is gone', async () => {
    const other = startWriter()
    const servers = Array.from({ length: telemetryShards }, (_, index) => String(5000 + index))
    async function settle() {
      // Letting go and taking are two turns.
      for (let turn = 0; turn < 3; turn += 1) {
        rehearsal.clock.pass(6)
        for (const each of writers) await each.turn()
      }
    }
    await settle()
    expect([writer.heldShards().size, other.heldShards().size]).toEqual([telemetryShards / 2, telemetryShards / 2])
    for (const each of [writer, other]) for (const xid of servers) each.receive(xid, said())
    for (const each of [writer, other]) await each.turn()
    expect(await rowsIn('telemetry_10s')).toBe(servers.length)
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'postern telemetry' and datname = current_database()`.execute(rehearsal.db)
    await expect.poll(() => writer.heldShards().size + other.heldShards().size).toBe(0)
    writers.splice(writers.indexOf(other), 1)
    await other.close()
    await settle()
    expect(writer.heldShards().size).toBe(telemetryShards)
  })

  test('D32: minutes and hours are averages with the highest kept; what is older than its time is dropped whole', async () => {
    await speak(7200, 300, (index) => ({ cpuPercent: index === 14 ? 90 : 10, messages: 30 }))
    rehearsal.clock.pass(60)
    await writer.turn()
    const lastTwoHours = await read({ from: new Date(rehearsal.clock.now().getTime() - 7260_000), stepSeconds: 3600 })
    expect(lastTwoHours.points.map(({ cpuPercentMax }) => cpuPercentMax)).toContain(90)
    expect(lastTwoHours.points.every(({ messagesPerHour }) => messagesPerHour === 360)).toBe(true)
    expect(await rowsIn('telemetry_1m')).toBe(24)
    // An hour at most, and the rest of a partition.
    expect(await rowsIn('telemetry_10s')).toBeLessThan(17)

    rehearsal.clock.pass(3600)
    await writer.turn()
    expect(await rowsIn('telemetry_1h')).toBeGreaterThanOrEqual(2)
    rehearsal.clock.pass(2 * 86_400)
    await writer.turn()
    expect([await rowsIn('telemetry_10s'), await rowsIn('telemetry_1m')]).toEqual([0, 0])
    const year = await read({ from: new Date(rehearsal.clock.now().getTime() - 366 * 86_400_000) })
    expect(year.points.map(({ cpuPercentMax }) => cpuPercentMax)).toContain(90)
    expect(year.stepSeconds).toBe(86_400)
    rehearsal.clock.pass(400 * 86_400)
    await writer.turn()
    expect(await rowsIn('telemetry_1h')).toBe(0)
  })

  test('a turn that fails loses its points and nothing else; the next one writes again', async () => {
    writer.receive(one.serverXid, said())
    await sql`alter table telemetry_10s rename to telemetry_elsewhere`.execute(rehearsal.db)
    await expect(writer.turn()).rejects.toThrow('telemetry_10s')
    await sql`alter table telemetry_elsewhere rename to telemetry_10s`.execute(rehearsal.db)
    await writer.turn()
    rehearsal.clock.pass(10)
    writer.receive(one.serverXid, said())
    await writer.turn()
    expect(await rowsIn('telemetry_10s')).toBe(1)
  })

  test('executions of today, 7 and 30 days come from the attempts themselves', async () => {
    await rehearsal.beat(one)
    const appId = await rehearsal.addApp({ kind: 'action' })
    for (const [daysAgo, exitCode] of [
      [0, 0],
      [3, 0],
      [3, 1],
      [20, 0],
      [40, 0],
    ] as const) {
      const id = await rehearsal.start(await rehearsal.addJob({ appId }))
      await sql`update attempt set state = 'finished', outcome = 'exited', exit_code = ${exitCode}, server_xid = ${one.serverXid},
        finished_at = ${rehearsal.clock.now()}::timestamptz - make_interval(days => ${daysAgo}::int),
        started_at = ${rehearsal.clock.now()}::timestamptz - make_interval(days => ${daysAgo}::int, mins => 30)
        where execution_id = ${id}`.execute(rehearsal.db)
    }
    const { executions } = await read()
    expect(executions.today).toEqual({ ended: 1, succeeded: 1, failed: 0, busyHours: 0.5 })
    expect(executions.sevenDays).toEqual({ ended: 3, succeeded: 2, failed: 1, busyHours: 1.5 })
    expect(executions.thirtyDays).toEqual({ ended: 4, succeeded: 3, failed: 1, busyHours: 2 })
  })

  test('ES-15: who follows a server hears of each telemetry; illness and recovery are told to the list, once each', async () => {
    const { db, clock, organizationId, environmentId } = rehearsal
    const told: Change[] = []
    const changes = { tellHere: (change: Change) => void told.push(change) }
    const watch = createTelemetryWatch({ db, changes })
    const presence = createPresenceWatch({ db, clock, changes })
    const end = watch.follow(one.serverXid)
    async function tellAll(figures: Partial<Telemetry>): Promise<Change[]> {
      told.length = 0
      await speak(10, 10, () => figures)
      await rehearsal.beat(one)
      await watch.tick()
      await watch.tick()
      await presence.tick()
      return [...told]
    }
    const spoke = { changed: 'environment-server', id: one.serverXid, part: 'telemetry' }
    const changed = { changed: 'environments', id: environmentId, part: 'state', organizationId }
    await tellAll({})
    expect(await tellAll({})).toEqual([spoke])
    expect(await tellAll({ diskFreeBytes: 0 })).toEqual([spoke, changed])
    expect(
      await rehearsedEnvironments(rehearsal).getServer(
        person('read-only', organizationId) as never,
        environmentId,
        one.serverXid,
      ),
    ).toMatchObject({ presence: 'unhealthy', presenceReason: expect.stringContaining('its disk has 0.0 % left') })
    expect(await tellAll({ diskFreeBytes: 0 })).toEqual([spoke])
    end()
    expect(await tellAll({})).toEqual([changed])
  })
})
