import { randomBytes } from 'node:crypto'
import type { Role } from '@postern/protocol'
import type { Caller } from '../access/caller.ts'
import { Audit } from '../audit/audit.ts'
import { connectDatabase, type DatabaseConnection } from '../database/database.ts'
import { createTestDatabase } from '../database/test-database.ts'
import { createServer, type Server } from '../http/server.ts'
import { Keys } from '../keys/keys.ts'
import { SecretBox } from '../keys/secret-box.ts'
import type { Log } from '../lib/log.ts'
import { Authority } from '../pki/authority.ts'

/** The parts of a hub that catalog, environments and broker are given, on a database of their own, for tests. */
export type TestHub = {
  database: DatabaseConnection
  databaseUrl: string
  keys: Keys
  authority: Authority
  audit: Audit
  /** Holds still until a test moves it. */
  clock: { now(): Date; advance(seconds: number): void }
  log: Log & { lines: { level: string; message: string; detail: object }[] }
  organizationId: string
  otherOrganizationId: string
  /** A server whose callers name themselves by `caller: <role> <organization>`; everything else is real. */
  server(routes: (server: Server) => void): Promise<Server>
  auditActions(): Promise<{ action: string; subject: string; detail: Record<string, unknown>; actor_name: string }[]>
  close(): Promise<void>
}

export async function createTestHub(): Promise<TestHub> {
  const testDatabase = await createTestDatabase()
  const log = keptLog()
  const database = connectDatabase(testDatabase.url, (error) => log.error({ err: error }, 'connection'), 8)
  const { db } = database
  const keys = new Keys(db, new SecretBox(randomBytes(32)))
  const organizationId = await organization(database, 'Ours')
  const otherOrganizationId = await organization(database, 'Theirs')
  const servers: Server[] = []
  return {
    database,
    databaseUrl: testDatabase.url,
    keys,
    authority: new Authority(keys),
    audit: new Audit(),
    clock: heldClock(),
    log,
    organizationId,
    otherOrganizationId,
    async server(routes) {
      const server = await createServer({
        logger: false,
        authenticate: async (request) => callerOf(request.headers['caller'], organizationId, otherOrganizationId),
      })
      routes(server)
      await server.ready()
      servers.push(server)
      return server
    },
    async auditActions() {
      const rows = await db
        .selectFrom('audit_event')
        .select(['action', 'subject', 'detail', 'actor_name'])
        .orderBy('id')
        .execute()
      return rows.map((row) => ({ ...row, detail: row.detail as Record<string, unknown> }))
    },
    async close() {
      for (const server of servers) await server.close()
      await database.close()
      await testDatabase.drop()
    },
  }
}

export function person(role: Role, organizationId: string): Caller {
  return { kind: 'user', userId: '1', name: `the ${role}`, role, organizationId }
}

function callerOf(header: string | string[] | undefined, ours: string, theirs: string): Caller {
  if (typeof header !== 'string') return { kind: 'stranger', name: 'stranger' }
  const [who, organization] = header.split(' ')
  const organizationId = organization === 'theirs' ? theirs : ours
  if (who === 'environment-server') {
    return { kind: 'environment-server', serverXid: '1000', name: 'gate', environmentId: '1', organizationId }
  }
  // Headers of our own tests name a role of the closed list.
  return person(who as Role, organizationId)
}

async function organization(database: DatabaseConnection, name: string): Promise<string> {
  const row = await database.db.insertInto('organization').values({ name }).returning('id').executeTakeFirstOrThrow()
  return row.id
}

function heldClock() {
  let now = Date.now()
  return {
    now: () => new Date(now),
    advance(seconds: number) {
      now += seconds * 1000
    },
  }
}

function keptLog() {
  const lines: { level: string; message: string; detail: object }[] = []
  const at = (level: string) => (detail: object, message: string) => void lines.push({ level, message, detail })
  return { lines, error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') }
}
