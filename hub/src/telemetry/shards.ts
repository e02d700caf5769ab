import type pg from 'pg'
import { lockClasses } from '../database/advisory-locks.ts'

/** Servers are dealt out to hubs by so many locks: more hubs than that and some only serve. */
export const telemetryShards = 8
/** By it hubs count each other; only their own database's connections. */
export const telemetryConnectionName = 'postern telemetry'

export function shardOf(serverXid: string): number {
  return Number(BigInt(serverXid) % BigInt(telemetryShards))
}

/**
 * Takes what this hub should have of the shards and has not, and lets go of what is too much, so that hubs share alike. The locks belong to
 * the connection that writes: a hub that loses it has lost its shards in the same instant, and another one takes them.
 */
export async function settleShards(client: pg.Client, held: ReadonlySet<number>): Promise<Set<number>> {
  const { rows } = await client.query<{ hubs: number }>(
    'select count(*)::int as hubs from pg_stat_activity where application_name = $1 and datname = current_database()',
    [telemetryConnectionName],
  )
  const fair = Math.ceil(telemetryShards / Math.max(1, rows[0]?.hubs ?? 1))
  const settled = new Set(held)
  for (let shard = 0; shard < telemetryShards; shard += 1) {
    if (settled.size > fair && settled.has(shard)) {
      await client.query('select pg_advisory_unlock($1, $2)', [lockClasses.telemetryShard, shard])
      settled.delete(shard)
    } else if (settled.size < fair && !settled.has(shard)) {
      const taken = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1, $2) as locked', [
        lockClasses.telemetryShard,
        shard,
      ])
      if (taken.rows[0]?.locked === true) settled.add(shard)
    }
  }
  return settled
}
