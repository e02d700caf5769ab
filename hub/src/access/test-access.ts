import { Audit } from '../audit/audit.ts'
import { auditRoutes } from '../audit/routes.ts'
import { connectDatabase, type DatabaseConnection } from '../database/database.ts'
import { createTestDatabase } from '../database/test-database.ts'
import { createServer, type Server } from '../http/server.ts'
import { createReaders } from '../readers/readers.ts'
import { Settings } from '../settings/settings.ts'
import { Access } from './access.ts'
import { authenticateHttps, authenticateMachine } from './authenticate.ts'
import { accessRoutes } from './routes.ts'

export const testPassword = 'correct horse battery staple'
const origin = 'https://hub.example.org'
/** What a browser on the hub's own pages sends. */
export const pageHeaders = { host: 'hub.example.org', origin }

/** The routes of access and audit on a database of their own, behind both doors, at a time that the test sets. */
export interface TestAccess extends AsyncDisposable {
  readonly connection: DatabaseConnection
  /** The door for people, as a browser or a script meets it. */
  readonly https: Server
  /** The machine's own door, whose callers are administrators. */
  readonly door: Server
  readonly access: Access
  readonly organizationId: string
  now: Date
}

export async function startTestAccess(): Promise<TestAccess> {
  const time = { now: new Date('2026-11-21T10:00:00Z') }
  const database = await createTestDatabase()
  const connection = connectDatabase(database.url, () => {})
  const access = new Access(connection, new Audit(), { now: () => time.now })
  const organizationId = await access.firstOrganizationId()
  const ports = () => ({ https: 8443, broker: 62_000 })
  const settings = new Settings(connection.db, { publicUrl: origin, brokerPublicHost: undefined, ports })
  const nobody = async () => undefined
  const readers = createReaders({ ...connection, audit: new Audit(), clock: { now: () => time.now } })
  const authenticate = authenticateHttps(access, nobody, nobody, readers.credentials)
  const https = await createServer({ authenticate, logger: false })
  const door = await createServer({ authenticate: authenticateMachine(organizationId), logger: false })
  for (const server of [https, door]) {
    accessRoutes(server, access, settings)
    auditRoutes(server, connection.db)
  }
  return Object.assign(time, {
    connection,
    https,
    door,
    access,
    organizationId,
    async [Symbol.asyncDispose]() {
      await https.close()
      await door.close()
      await connection.close()
      await database.drop()
    },
  })
}
