import { randomBytes } from 'node:crypto'
import { Audit } from '../audit/audit.ts'
import { auditRoutes } from '../audit/routes.ts'
import { connectDatabase, type DatabaseConnection } from '../database/database.ts'
import { createTestDatabase } from '../database/test-database.ts'
import { createServer, type Server } from '../http/server.ts'
import { Keys } from '../keys/keys.ts'
import { SecretBox } from '../keys/secret-box.ts'
import { createMail, type MailFeature } from '../mail/mail.ts'
import { mailRoutes } from '../mail/routes.ts'
import { createReaders } from '../readers/readers.ts'
import { Settings } from '../settings/settings.ts'
import { Access } from './access.ts'
import { createAccounts } from './accounts.ts'
import { authenticateHttps, authenticateMachine } from './authenticate.ts'
import { firstOrganizationId } from './organizations.ts'
import { type AccessFeatures, accessRoutes } from './routes.ts'
import { createSetUp } from './set-up.ts'

export const testPassword = 'correct horse battery staple'
const origin = 'https://hub.example.org'
/** What a browser on the hub's own pages sends. */
export const pageHeaders = { host: 'hub.example.org', origin }

/** The routes of access, mail and audit on a database of their own, behind both doors, at a time that the test sets. */
export interface TestAccess extends AccessFeatures, AsyncDisposable {
  readonly connection: DatabaseConnection
  /** The door for people, as a browser or a script meets it. */
  readonly https: Server
  /** The machine's own door, whose callers are administrators. */
  readonly door: Server
  readonly mail: MailFeature
  readonly organizationId: string
  now: Date
}

export async function startTestAccess(): Promise<TestAccess> {
  const time = { now: new Date('2026-11-21T10:00:00Z') }
  const database = await createTestDatabase()
  const connection = connectDatabase(database.url, () => {})
  const { db } = connection
  const clock = { now: () => time.now }
  const audit = new Audit()
  const organizationId = await firstOrganizationId(db)
  const ports = () => ({ https: 8443, broker: 62_000 })
  const settings = new Settings(db, { publicUrl: origin, brokerPublicHost: undefined, ports })
  const nobody = async () => undefined
  const readers = createReaders({ ...connection, audit, clock })
  const log = { error() {}, warn() {}, info() {}, debug() {} }
  const keys = new Keys(db, new SecretBox(randomBytes(32)))
  const access = new Access(connection, audit, clock)
  const setUp = createSetUp({ db, clock, audit })
  const mail = createMail({ db, keys, clock, audit, log, settings, setUp })
  const accounts = createAccounts({ db, clock, audit, log, access, mail, settings })
  const features: AccessFeatures = { access, setUp, ...accounts }
  const authenticate = authenticateHttps(access, nobody, nobody, readers.credentials)
  const https = await createServer({ authenticate, logger: false })
  const door = await createServer({ authenticate: authenticateMachine(organizationId), logger: false })
  for (const server of [https, door]) {
    accessRoutes(server, features, settings)
    mailRoutes(server, mail)
    auditRoutes(server, db)
  }
  return Object.assign(time, {
    ...features,
    connection,
    https,
    door,
    mail,
    organizationId,
    async [Symbol.asyncDispose]() {
      await https.close()
      await door.close()
      await connection.close()
      await database.drop()
    },
  })
}
