import type { Environment, EnvironmentServer } from '@postern/protocol'
import { SandboxTier, SetAside, Telemetry } from '@postern/protocol'
import { sql } from 'kysely'
import * as z from 'zod'
import type { Db } from '../database/database.ts'
import { presenceOf } from './presence.ts'
import { platformNamed } from './runtimes/platform-named.ts'

/** What heartbeats leave in `environment_server.reported`; older rows may lack any of it. */
const Reported = z.object({
  version: z.string().nullable().catch(null),
  tier: z.enum(SandboxTier.def.entries).nullable().catch(null),
  state: z.enum(['ready', 'draining', 'locked']).nullable().catch(null),
  setAside: z.object(SetAside.shape).nullable().catch(null),
  inspectedTls: z.string().nullable().catch(null),
})

export type EnvironmentRow = {
  id: string
  name: string
  organizationId: string
  ownerId: string | null
  onHub: boolean
  allowInspectedTls: boolean
  createdAt: Date
}

function selectEnvironments(db: Db, organizationId: string) {
  return db
    .selectFrom('environment')
    .select([
      'id',
      'name',
      'organization_id as organizationId',
      'owner_id as ownerId',
      'on_hub as onHub',
      'allow_inspected_tls as allowInspectedTls',
      'created_at as createdAt',
    ])
    .where('organization_id', '=', organizationId)
    .where('deleted_at', 'is', null)
}

/** @param after the id of the last environment of the page before */
export async function listEnvironmentRows(
  db: Db,
  organizationId: string,
  after: string | undefined,
  rowsMax: number,
): Promise<EnvironmentRow[]> {
  let query = selectEnvironments(db, organizationId).orderBy('id').limit(rowsMax)
  if (after !== undefined) query = query.where('id', '>', after)
  return await query.execute()
}

export async function findEnvironmentRow(
  db: Db,
  organizationId: string,
  id: string,
): Promise<EnvironmentRow | undefined> {
  return await selectEnvironments(db, organizationId).where('id', '=', id).executeTakeFirst()
}

/** Keeps others from deleting the environment, or adding to it, until the transaction ends. */
export async function lockEnvironmentRow(
  db: Db,
  organizationId: string,
  id: string,
): Promise<EnvironmentRow | undefined> {
  return await selectEnvironments(db, organizationId).where('id', '=', id).forUpdate().executeTakeFirst()
}

export async function withServers(db: Db, rows: EnvironmentRow[], now: Date): Promise<Environment[]> {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const servers = await selectServers(db)
    .where('environment_id', 'in', ids)
    .orderBy('environment_server.server_xid')
    .execute()
  const owners = await ownerNames(db, rows)
  const counts = await openExecutions(db, ids)
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    organizationId: row.organizationId,
    ownerId: row.ownerId,
    ownerName: row.ownerId === null ? null : (owners.get(row.ownerId) ?? null),
    onHub: row.onHub,
    allowInspectedTls: row.allowInspectedTls,
    servers: servers.filter((server) => server.environment_id === row.id).map((server) => toServer(server, now)),
    executionsQueued: counts.get(row.id)?.queued ?? 0,
    executionsRunning: counts.get(row.id)?.running ?? 0,
    createdAt: row.createdAt.toISOString(),
  }))
}

export async function findServer(
  db: Db,
  environmentId: string,
  serverXid: string,
  now: Date,
): Promise<EnvironmentServer | undefined> {
  const row = await selectServers(db)
    .where('environment_id', '=', environmentId)
    .where('environment_server.server_xid', '=', serverXid)
    .executeTakeFirst()
  return row === undefined ? undefined : toServer(row, now)
}

async function ownerNames(db: Db, rows: readonly EnvironmentRow[]): Promise<Map<string, string>> {
  const ids = rows.map(({ ownerId }) => ownerId).filter((id) => id !== null)
  if (ids.length === 0) return new Map()
  const owners = await db.selectFrom('owner').select(['id', 'name']).where('id', 'in', ids).execute()
  return new Map(owners.map(({ id, name }) => [id, name]))
}

async function openExecutions(
  db: Db,
  environmentIds: string[],
): Promise<Map<string, { queued: number; running: number }>> {
  const { rows } = await sql<{ id: string; queued: number; running: number }>`
    select environment_id as id,
           count(*) filter (where state <> 'running')::int as queued,
           count(*) filter (where state = 'running')::int as running
    from execution
    where environment_id = any(${environmentIds}::bigint[]) and finished_at is null
    group by environment_id`.execute(db)
  return new Map(rows.map((row) => [row.id, row]))
}

function selectServers(db: Db) {
  return (
    db
      .selectFrom('environment_server')
      .leftJoin('telemetry_latest', 'telemetry_latest.server_xid', 'environment_server.server_xid')
      .leftJoin('server_key', (join) =>
        join
          .onRef('server_key.server_xid', '=', 'environment_server.server_xid')
          .onRef('server_key.fingerprint', '=', 'environment_server.key_fingerprint'),
      )
      .select([
        'environment_server.server_xid as server_xid',
        'environment_id',
        'name',
        'downloaded_by',
        'downloaded_at',
        'environment_server.enrolled_at as enrolled_at',
        'environment_server.enrolment_expires_at as enrolment_expires_at',
        'compromised_from',
        'enrolled_from',
        'certificate_expires_at',
        'key_fingerprint',
        'confirmed_at',
        'revoked_at',
        'last_heartbeat_at',
        'locked_said_at',
        'drained_at',
        'reported',
        'platform',
      ])
      // What healthy servers say is of no use here, and of ten thousand it is much.
      .select([
        sql<Date | null>`case when cardinality(ailments) > 0 then telemetry_latest.at end`.as('telemetry_at'),
        sql<unknown>`case when cardinality(ailments) > 0 then telemetry_latest.said end`.as('telemetry_said'),
      ])
  )
}

type ServerRow = Awaited<ReturnType<ReturnType<typeof selectServers>['executeTakeFirstOrThrow']>>

function toServer(row: ServerRow, now: Date): EnvironmentServer {
  const reported = Reported.parse(row.reported)
  return {
    serverXid: row.server_xid,
    name: row.name,
    ...presenceOf(
      {
        enrolledAt: row.enrolled_at,
        enrolmentExpiresAt: row.enrolment_expires_at,
        revokedAt: row.revoked_at,
        lastHeartbeatAt: row.last_heartbeat_at,
        lockedSaidAt: row.locked_said_at,
        state: reported.state,
        telemetry: row.telemetry_at === null ? undefined : readTelemetry(row.telemetry_at, row.telemetry_said),
      },
      now,
    ),
    confirmed: row.confirmed_at !== null,
    keyFingerprint: row.key_fingerprint,
    enrolledFrom: row.enrolled_from,
    enrolledAt: row.enrolled_at?.toISOString() ?? null,
    certificateExpiresAt: row.certificate_expires_at?.toISOString() ?? null,
    compromisedFrom: row.compromised_from?.toISOString() ?? null,
    lastHeartbeatAt: row.last_heartbeat_at?.toISOString() ?? null,
    version: reported.version,
    platform: platformNamed(row.platform) ?? null,
    tier: reported.tier,
    downloadedBy: row.downloaded_by,
    downloadedAt: row.downloaded_at.toISOString(),
    drainedAt: row.drained_at?.toISOString() ?? null,
    setAside: reported.setAside,
    inspectedTls: reported.inspectedTls,
  }
}

/** What another release wrote, and this one cannot read, says nothing. */
function readTelemetry(at: Date, said: unknown): { at: Date; said: Telemetry } | undefined {
  const read = z.safeParse(Telemetry, said)
  return read.success ? { at, said: read.data } : undefined
}
