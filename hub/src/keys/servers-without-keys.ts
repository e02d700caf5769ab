import type { RotatedPurpose, ServerWithoutKey } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** Servers that are named; of all there is the count. */
const shownServersMax = 100

type ServerRow = Omit<ServerWithoutKey, 'lastHeartbeatAt'> & { lastHeartbeatAt: Date | null; count: number }

/**
 * Servers of an organization (ES-26) that have not said that they trust each of these keys.
 * @param inUse the key that signs now by purpose, of purposes whose key followed another one
 */
export async function serversWithoutKeys(
  db: Db,
  organizationId: string,
  inUse: Partial<Record<RotatedPurpose, string>>,
): Promise<{ serversWithout: ServerWithoutKey[]; serversWithoutCount: number }> {
  const { command = null, publisher = null, release = null } = inUse
  const { rows } = await sql<ServerRow>`
    select *, count(*) over ()::int as count from (
      select s.server_xid as "serverXid", s.name, e.id as "environmentId", e.name as "environmentName",
        s.last_heartbeat_at as "lastHeartbeatAt", array_remove(array[
          case when ${command}::text is not null and not coalesce(${command} = any(r.command_keys), false) then 'command' end,
          case when ${publisher}::text is not null and not coalesce(${publisher} = any(r.publisher_keys), false) then 'publisher' end,
          case when ${release}::text is not null and not coalesce(${release} = any(r.release_keys), false) then 'release' end
        ], null) as lacks
      from environment_server s
      join environment e on e.id = s.environment_id and e.deleted_at is null
      left join environment_server_settings r on r.server_xid = s.server_xid
      where e.organization_id = ${organizationId} and s.enrolled_at is not null and s.revoked_at is null
    ) server
    where lacks <> '{}'
    order by "lastHeartbeatAt" desc nulls last, "serverXid"
    limit ${shownServersMax}`.execute(db)
  return { serversWithout: rows.map(toServer), serversWithoutCount: rows[0]?.count ?? 0 }
}

function toServer({ serverXid, name, environmentId, environmentName, lastHeartbeatAt, lacks }: ServerRow) {
  const heardAt = lastHeartbeatAt?.toISOString() ?? null
  return { serverXid, name, environmentId, environmentName, lastHeartbeatAt: heardAt, lacks }
}
