import { sql } from 'kysely'
import type { DatabaseConnection } from '../database/database.ts'
import type { Clock } from '../lib/clock.ts'
import type { Changes } from '../live/changes.ts'
import { lockedSecondsMax, onlineSeconds, unknownSeconds } from './presence.ts'

export type PresenceWatchParts = {
  db: DatabaseConnection['db']
  clock: Clock
  changes: Pick<Changes, 'tellHere'>
}

/**
 * Notices silence and illness: a server that stops speaking writes nothing, so its way from online over unknown to offline is told by
 * looking which of them passed a threshold of presence.ts since the last look; and telemetry, of which there is much, is told of when it
 * makes a server ill or well. Every hub tells its own browsers. What else a server does, such as speaking again, is told where it is
 * recorded.
 */
export function createPresenceWatch({ db, clock, changes }: PresenceWatchParts) {
  let lookedAt = clock.now()

  /** Every few seconds. After a failure the next look reaches back to the last that succeeded. */
  async function tick(): Promise<void> {
    const now = clock.now()
    const { rows } = await sql<{ id: string; organizationId: string }>`
      select distinct e.id, e.organization_id as "organizationId"
      from environment_server s
      join environment e on e.id = s.environment_id and e.deleted_at is null
      left join telemetry_latest t on t.server_xid = s.server_xid
      cross join (values (${onlineSeconds}::int), (${unknownSeconds}::int)) threshold(seconds)
      where s.enrolled_at is not null and s.revoked_at is null
        and (t.ailments_changed_at > ${lookedAt} or (
          s.locked_said_at >= ${lookedAt}::timestamptz - make_interval(secs => ${lockedSecondsMax}::int)
          and s.locked_said_at < ${now}::timestamptz - make_interval(secs => ${lockedSecondsMax}::int)) or (
          coalesce(s.last_heartbeat_at, s.enrolled_at) >= ${lookedAt}::timestamptz - make_interval(secs => threshold.seconds)
          and coalesce(s.last_heartbeat_at, s.enrolled_at) < ${now}::timestamptz - make_interval(secs => threshold.seconds)))`.execute(
      db,
    )
    lookedAt = now
    for (const { id, organizationId } of rows)
      changes.tellHere({ changed: 'environments', id, part: 'state', organizationId })
  }

  return { tick }
}
