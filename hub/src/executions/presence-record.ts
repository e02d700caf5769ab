import { type Heartbeat, limits, Name } from '@postern/protocol'
import { sql } from 'kysely'
import * as z from 'zod'
import type { Db } from '../database/database.ts'

/** What a server was before its heartbeat. */
export type Before = {
  serverXid: string
  state: string | null
  wasSilent: boolean
  /** Whether another name, version, tier, state, file set aside or inspection of TLS is shown from now on. */
  isDifferent: boolean
  renamedFrom: string | null
  confirmed: boolean
  drained: boolean
  sender: { organizationId: string; environmentId: string }
}

export type HeardServer = { serverXid: string; heartbeat: Heartbeat }

/**
 * Records that servers were heard, and what they said of themselves. Those that are not enrolled or are revoked are left out.
 * @param whenLocked whether a server that somebody is changing is waited for, or left out as well
 */
export async function recordPresence(
  db: Db,
  heard: readonly HeardServer[],
  now: Date,
  whenLocked: 'wait' | 'leave out',
): Promise<Before[]> {
  const { rows } = await sql<Before>`
    with said as (
      select * from json_to_recordset(${JSON.stringify(heard.map(whatItSays))}::json)
        as each (server_xid bigint, name text, spoken int, reported jsonb)),
    before as (
      select s.server_xid, s.environment_id, s.name, s.reported ->> 'state' as state, s.reported,
        (s.last_heartbeat_at is null or s.last_heartbeat_at < ${new Date(now.getTime() - limits.leaseSeconds * 1000)}) as was_silent
      from environment_server s
      where s.server_xid in (select server_xid from said) and s.enrolled_at is not null and s.revoked_at is null
      order by s.server_xid
      -- Not its key: whoever ends or makes an attempt names its server, and a heartbeat waits for attempts.
      for no key update ${whenLocked === 'wait' ? sql`` : sql`skip locked`})
    update environment_server s
    set last_heartbeat_at = ${now}, protocol_version = said.spoken, name = coalesce(said.name, s.name), reported = said.reported
    from before
    join said on said.server_xid = before.server_xid
    join environment e on e.id = before.environment_id
    where s.server_xid = before.server_xid
    returning s.server_xid::text as "serverXid", before.state, before.was_silent as "wasSilent",
      (before.name <> s.name or before.reported ->> 'version' is distinct from s.reported ->> 'version'
        or before.reported ->> 'tier' is distinct from s.reported ->> 'tier'
        or before.reported ->> 'state' is distinct from s.reported ->> 'state'
        or before.reported ->> 'setAside' is distinct from s.reported ->> 'setAside'
        or before.reported ->> 'inspectedTls' is distinct from s.reported ->> 'inspectedTls') as "isDifferent",
      case when before.name <> s.name then before.name end as "renamedFrom",
      s.confirmed_at is not null as confirmed, s.drained_at is not null as drained,
      json_build_object('organizationId', e.organization_id::text, 'environmentId', e.id::text) as sender`.execute(db)
  return rows
}

function whatItSays({ serverXid, heartbeat }: HeardServer) {
  const {
    serverVersion: version,
    tier,
    state,
    executors,
    queued,
    protocolVersion: spoken,
    setAside,
    interpreters,
    inspectedTls,
  } = heartbeat
  // What is no name of ours is shown nowhere: the server keeps the name that it has here.
  const name = z.safeParse(Name, heartbeat.serverName).data ?? null
  return {
    server_xid: serverXid,
    name,
    spoken,
    reported: { version, tier, state, executors, queued, setAside, interpreters, inspectedTls },
  }
}
