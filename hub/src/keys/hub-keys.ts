import type { HubKey, HubKeys, KeySuccessions, RotateKey, RotatedPurpose, ServerWithoutKey } from '@postern/protocol'
import { sql } from 'kysely'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Member } from '../environments/environments.ts'
import type { Clock } from '../lib/clock.ts'
import { keyEndsAt, type Keys, type SigningKey } from './keys.ts'
import { keyFingerprint } from './key-fingerprint.ts'

/** Servers that are named; of all there is the count. */
const shownServersMax = 100
const purpose: RotatedPurpose = 'command'

export type HubKeysFeature = ReturnType<typeof createHubKeys>

/** Keys of the hub that follow each other (D7): people rotate them, and see which servers have not heard of it. */
export function createHubKeys({
  db,
  keys,
  audit,
  clock,
}: {
  db: DatabaseConnection['db']
  keys: Keys
  audit: Audit
  clock: Clock
}) {
  /** Servers are those of the caller's own organization (ES-26). */
  async function list({ organizationId }: Member): Promise<HubKeys> {
    const current = await keys.current(purpose)
    const all = await keys.all(purpose)
    const { rows } =
      all.length < 2
        ? { rows: [] }
        : await sql<ServerRow>`
            select s.server_xid as "serverXid", s.name, e.id as "environmentId", e.name as "environmentName",
              s.last_heartbeat_at as "lastHeartbeatAt", count(*) over ()::int as count
            from environment_server s
            join environment e on e.id = s.environment_id and e.deleted_at is null
            left join environment_server_settings r on r.server_xid = s.server_xid
            where e.organization_id = ${organizationId} and s.enrolled_at is not null and s.revoked_at is null
              and not coalesce(${current.id} = any(r.command_keys), false)
            order by s.last_heartbeat_at desc nulls last, s.server_xid
            limit ${shownServersMax}`.execute(db)
    return {
      keys: all.map(toApi),
      serversWithout: rows.map(toServer),
      serversWithoutCount: rows[0]?.count ?? 0,
    }
  }

  /** The new key signs for each server from when that server says that it trusts it; for all, once the old one has ended. */
  async function rotate(caller: Member, wanted: RotateKey, address?: string): Promise<HubKeys> {
    await db.transaction().execute(async (trx) => {
      const followed = await keys.current(wanted.purpose)
      const key = await keys.rotate(trx, wanted.purpose, clock.now())
      const detail = { purpose: wanted.purpose, follows: followed.id, fingerprint: keyFingerprint(key.publicPem) }
      await audit.record(trx, caller, 'hub-key.rotate', `key ${key.id}`, detail, address)
    })
    return await list(caller)
  }

  const successions = async (): Promise<KeySuccessions> => ({ successions: await keys.successions(purpose) })

  return { list, rotate, successions }
}

type ServerRow = Omit<ServerWithoutKey, 'lastHeartbeatAt'> & { lastHeartbeatAt: Date | null; count: number }

function toServer({ serverXid, name, environmentId, environmentName, lastHeartbeatAt }: ServerRow): ServerWithoutKey {
  const heardAt = lastHeartbeatAt?.toISOString() ?? null
  return { serverXid, name, environmentId, environmentName, lastHeartbeatAt: heardAt }
}

function toApi(key: SigningKey): HubKey {
  const { id, createdAt, retiredAt } = key
  return {
    keyId: id,
    purpose,
    fingerprint: keyFingerprint(key.publicPem),
    createdAt: createdAt.toISOString(),
    retiredAt: retiredAt?.toISOString() ?? null,
    endsAt: retiredAt === null ? null : keyEndsAt(key).toISOString(),
  }
}
