import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Telemetry } from '@postern/protocol'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { SteadyMs } from '../lib/clock-watch.ts'
import type { Log } from '../lib/log.ts'
import { ailmentsOf } from './ailments.ts'
import { MessageQuota } from './message-quota.ts'
import { keepPartitions } from './partitions.ts'
import { rollUp } from './roll-up.ts'
import { settleShards, shardOf, telemetryConnectionName } from './shards.ts'
import { telemetryLimits } from './telemetry-limits.ts'
import { copyColumns, merged, telemetryLine } from './telemetry-rows.ts'

const settleMs = 5000
const tidyMs = 60_000
const rollUpMs = 10_000
const connectMs = 10_000
/** A write takes milliseconds; a connection that takes longer is given up, and its shards with it. */
const statementMs = 20_000

export type TelemetryWriterParts = {
  db: DatabaseConnection['db']
  /** Straight to PostgreSQL: locks belong to a connection, which a pooler would share out (D15). */
  directUrl: string
  clock: Clock
  steadyMs: SteadyMs
  log: Log
}

/** Messages since the start: taken; dropped since their server talked too much; dropped since the database took no more. */
export type TelemetryCounts = { taken: number; overQuota: number; lost: number }

export type TelemetryWriter = ReturnType<typeof createTelemetryWriter>

/**
 * Telemetry on its way into the tables (D32): gathered for a second, then written in one COPY by the hub that holds the server's shard.
 * What cannot be written is dropped: it is a point of a curve.
 */
export function createTelemetryWriter({ db, directUrl, clock, steadyMs, log }: TelemetryWriterParts) {
  const quota = new MessageQuota(steadyMs)
  const counted: TelemetryCounts = { taken: 0, overQuota: 0, lost: 0 }
  /** As the log had them last. */
  let logged = { ...counted }
  let waiting = new Map<string, Telemetry>()
  let client: pg.Client | undefined
  let shards = new Set<number>()
  let partitions = ''
  const due = { settle: -Infinity, tidy: -Infinity, rollUp: -Infinity }

  /** Called for each message, a thousand times a second: what this hub does not write costs it no more than a look. */
  function receive(serverXid: string, said: Telemetry): void {
    if (!shards.has(shardOf(serverXid))) return
    const before = waiting.get(serverXid)
    if (!quota.take(serverXid) || (before === undefined && waiting.size >= telemetryLimits.waitingServersMax)) {
      counted.overQuota += 1
      return
    }
    counted.taken += 1
    waiting.set(serverXid, merged(before, said))
  }

  /** Every second. */
  async function turn(): Promise<void> {
    const batch = waiting
    waiting = new Map()
    try {
      const connected = await connection()
      if (isDue('tidy', tidyMs)) await tidy()
      if (isDue('settle', settleMs)) shards = await settleShards(connected, shards)
      if (batch.size > 0) await write(connected, batch, clock.now())
    } catch (error) {
      counted.lost += batch.size
      disconnect()
      throw error
    }
    if (shards.has(0) && isDue('rollUp', rollUpMs)) await rollUp(db, clock.now())
  }

  async function tidy(): Promise<void> {
    quota.tidy()
    partitions = await keepPartitions(db, clock.now(), partitions)
    const overQuota = counted.overQuota - logged.overQuota
    const lost = counted.lost - logged.lost
    if (overQuota + lost > 0) log.warn({ overQuota, lost }, 'telemetry was dropped')
    logged = { ...counted }
  }

  async function connection(): Promise<pg.Client> {
    if (client !== undefined) return client
    const made = new pg.Client({
      connectionString: directUrl,
      application_name: telemetryConnectionName,
      connectionTimeoutMillis: connectMs,
      statement_timeout: statementMs,
      keepAlive: true,
    })
    made.on('error', () => disconnect(made))
    made.on('end', () => disconnect(made))
    await made.connect()
    client = made
    due.settle = -Infinity
    return made
  }

  /** The locks go with the connection, so from here on nothing is taken. */
  function disconnect(which = client): void {
    if (which === undefined || which !== client) return
    client = undefined
    shards = new Set()
    void which.end().catch(() => {})
  }

  function isDue(what: keyof typeof due, everyMs: number): boolean {
    if (steadyMs() < due[what]) return false
    due[what] = steadyMs() + everyMs
    return true
  }

  return {
    receive,
    turn,
    counts: (): Readonly<TelemetryCounts> => counted,
    heldShards: (): ReadonlySet<number> => shards,
    async close(): Promise<void> {
      const last = client
      client = undefined
      shards = new Set()
      await last?.end().catch(() => {})
    },
  }
}

async function write(client: pg.Client, batch: ReadonlyMap<string, Telemetry>, now: Date): Promise<void> {
  const at = now.toISOString()
  const rows = [...batch].map(([serverXid, said]) => telemetryLine(serverXid, at, said)).join('')
  await pipeline(
    Readable.from([rows]),
    client.query(copyFrom(`copy telemetry_10s (${copyColumns.join(', ')}) from stdin`)),
  )
  const latest = [...batch].map(([xid, said]) => ({ xid, said, ailments: ailmentsOf(said) }))
  await client.query(
    `insert into telemetry_latest as latest (server_xid, at, said, ailments, ailments_changed_at)
     select each.xid, $2, each.said, each.ailments, $2
     from json_to_recordset($1::json) as each (xid bigint, said jsonb, ailments text[])
     on conflict (server_xid) do update
       set at = excluded.at, said = excluded.said, ailments = excluded.ailments,
         ailments_changed_at = case when latest.ailments = excluded.ailments then latest.ailments_changed_at else excluded.at end`,
    [JSON.stringify(latest), now],
  )
}
