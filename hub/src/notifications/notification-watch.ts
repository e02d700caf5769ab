import { clientCertificate } from '@postern/protocol'
import { type RawBuilder, sql } from 'kysely'
import type { DatabaseConnection } from '../database/database.ts'
import { unknownSeconds } from '../environments/presence.ts'
import type { Clock } from '../lib/clock.ts'

/** A gap between two looks after which servers may have been silent only towards this hub: it slept, or was cut from its database. */
const gapMsMax = 60_000

export type NotificationWatchParts = { db: DatabaseConnection['db']; clock: Clock }

/**
 * Finds what nobody writes down because nothing happened: jobs that should have succeeded by now, servers that fell silent, certificates
 * that end, plans that wait. From stored facts alone, in a few statements over all of them; a look that fails is made up for by the next.
 */
export function createNotificationWatch({ db, clock }: NotificationWatchParts) {
  let lookedAt = clock.now()
  let watchingSince = lookedAt

  /** Every few seconds. */
  async function tick(): Promise<void> {
    const now = clock.now()
    if (Math.abs(now.getTime() - lookedAt.getTime()) > gapMsMax) watchingSince = now
    lookedAt = now
    await openMissed(now)
    // A hub that was down heard nobody: silence counts from when it could have heard.
    if (now.getTime() - watchingSince.getTime() > unknownSeconds * 1000) await openOffline(now)
    await openExpiring(now)
    await openWaiting(now)
    await closeEnded(now)
  }

  async function openMissed(now: Date): Promise<void> {
    const key = sql`concat('job:', j.id, ':missed')`
    await sql`
      insert into notification (organization_id, key, kind, job_id, environment_id, page, name, sentence, opened_at, last_at)
      select j.organization_id, ${key}, 'missed', j.id, j.environment_id, concat('/jobs/', j.id), j.name,
        concat('Job ', j.name, ' was due ', ${shownAt(sql`j.owed_since`)},
          ' UTC and has not succeeded since.'), ${now}, ${now}
      from job j
      where j.owed_since + make_interval(secs => coalesce(j.freshness_seconds, j.timeout_seconds)) < ${now}
        and j.enabled and j.cron is not null and j.deleted_at is null
        and not ${isOpen(sql`j.organization_id`, key)}
      on conflict (organization_id, key) where closed_at is null do nothing`.execute(db)
  }

  async function openOffline(now: Date): Promise<void> {
    const key = sql`concat('server:', s.server_xid, ':offline')`
    await sql`
      insert into notification (organization_id, key, kind, environment_id, server_xid, page, name, sentence, opened_at, last_at)
      select e.organization_id, ${key}, 'server-offline', e.id, s.server_xid,
        concat('/environments/', e.id, '/servers/', s.server_xid), s.name,
        concat('Environment server ', s.name, ' of environment ', e.name, ' is offline: it was last heard ',
          ${shownAt(sql`coalesce(s.last_heartbeat_at, s.enrolled_at)`)}, ' UTC.'), ${now}, ${now}
      from environment_server s
      join environment e on e.id = s.environment_id and e.deleted_at is null
      where s.enrolled_at is not null and s.revoked_at is null
        and coalesce(s.last_heartbeat_at, s.enrolled_at) < ${secondsBefore(now, unknownSeconds)}
        and not ${isOpen(sql`e.organization_id`, key)}
      on conflict (organization_id, key) where closed_at is null do nothing`.execute(db)
  }

  async function openExpiring(now: Date): Promise<void> {
    const key = sql`concat('server:', s.server_xid, ':certificate')`
    await sql`
      insert into notification (organization_id, key, kind, environment_id, server_xid, page, name, sentence, opened_at, last_at)
      select e.organization_id, ${key}, 'certificate-expiring', e.id, s.server_xid,
        concat('/environments/', e.id, '/servers/', s.server_xid), s.name,
        concat('The certificate of environment server ', s.name, ' of environment ', e.name, ' is good until ',
          ${shownAt(sql`s.certificate_expires_at`)}, ' UTC, and was not renewed.'), ${now}, ${now}
      from environment_server s
      join environment e on e.id = s.environment_id and e.deleted_at is null
      where s.certificate_expires_at < ${secondsBefore(now, -clientCertificate.warningDays * 86_400)} and s.revoked_at is null
        and not ${isOpen(sql`e.organization_id`, key)}
      on conflict (organization_id, key) where closed_at is null do nothing`.execute(db)
  }

  async function openWaiting(now: Date): Promise<void> {
    const key = sql`concat('plan:', p.id, ':approval')`
    await sql`
      insert into notification (organization_id, key, kind, job_id, environment_id, plan_id, page, name, sentence, opened_at, last_at)
      select p.organization_id, ${key}, 'approval-needed', j.id, e.environment_id, p.id,
        concat('/executions/', e.id), j.name,
        concat('A plan of job ', j.name, ' for control ', c.name, ' waits for approval: ', p.add_count, ' to add, ',
          p.remove_count, ' to remove.'), ${now}, ${now}
      from plan p
      join control c on c.id = p.control_id
      join execution e on e.id = p.execution_id
      join job j on j.id = e.job_id
      where p.state = 'waiting'
        and not ${isOpen(sql`p.organization_id`, key)}
      on conflict (organization_id, key) where closed_at is null do nothing`.execute(db)
  }

  /** What has come to its opposite, or whose subject is gone. The ends of executions close theirs themselves. */
  async function closeEnded(now: Date): Promise<void> {
    await sql`
      update notification n
      set closed_at = ${now}, closed_sentence = case
        when s.revoked_at is not null then concat('The identity of environment server ', n.name, ' was taken away.')
        when n.kind = 'certificate-expiring' then concat('Environment server ', n.name, ' has a new certificate.')
        else concat('Environment server ', n.name, ' is heard again.') end
      from environment_server s
      where n.closed_at is null and n.kind in ('server-offline', 'certificate-expiring') and s.server_xid = n.server_xid
        and (s.revoked_at is not null
          or n.kind = 'server-offline' and s.last_heartbeat_at >= ${secondsBefore(now, unknownSeconds)}
          or n.kind = 'certificate-expiring' and s.certificate_expires_at >= ${secondsBefore(now, -clientCertificate.warningDays * 86_400)})`.execute(
      db,
    )
    await sql`
      update notification n
      set closed_at = ${now}, closed_sentence = concat('The plan of job ', n.name, ' waits no longer: it is ', p.state, '.')
      from plan p
      where n.closed_at is null and n.kind = 'approval-needed' and p.id = n.plan_id and p.state <> 'waiting'`.execute(
      db,
    )
    await sql`
      update notification n
      set closed_at = ${now}, closed_sentence = case
        when j.deleted_at is not null then concat('Job ', n.name, ' was deleted.')
        else concat('Job ', n.name, ' has no schedule any more.') end
      from job j
      where n.closed_at is null and n.kind in ('failed', 'partial', 'missed') and j.id = n.job_id
        and (j.deleted_at is not null or n.kind = 'missed' and j.owed_since is null)`.execute(db)
  }

  return { tick }
}

function secondsBefore(now: Date, seconds: number): Date {
  return new Date(now.getTime() - seconds * 1000)
}

/** In SQL. */
function isOpen(organizationId: RawBuilder<unknown>, key: RawBuilder<unknown>) {
  return sql`exists (select 1 from notification n where n.organization_id = ${organizationId} and n.key = ${key} and n.closed_at is null)`
}

/** In SQL, as mails show a moment, but without its zone. */
function shownAt(at: RawBuilder<unknown>) {
  return sql`to_char(${at} at time zone 'UTC', 'YYYY-MM-DD HH24:MI')`
}
