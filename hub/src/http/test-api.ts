import { emptyServerFiles } from '../environments/test-enrolment.ts'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type AppKind, type Role } from '@postern/protocol'
import pino from 'pino'
import { ApiTokenStore } from '../access/api-token-store.ts'
import { SessionStore } from '../access/session-store.ts'
import { UserStore } from '../access/user-store.ts'
import { authenticateHttps, authenticateMachine, sessionCookie } from '../access/authenticate.ts'
import type { CallerKind } from '../access/caller.ts'
import { newCredential } from '../access/credential.ts'
import { connectDatabase, type DatabaseConnection } from '../database/database.ts'
import { createTestDatabase } from '../database/test-database.ts'
import { createFeatures, type Features } from '../features.ts'
import { createMetrics } from '../health/routes.ts'
import { Keys } from '../keys/keys.ts'
import { SecretBox } from '../keys/secret-box.ts'
import { Notifications } from '../live/notifications.ts'
import { Authority } from '../pki/authority.ts'
import { readerTokenPrefix } from '../readers/readers.ts'
import { addRoutes } from '../routes.ts'
import { Settings } from '../settings/settings.ts'
import { type Authenticate, createServer, type Server } from './server.ts'
import { makeWorld, type World } from './test-world.ts'

/** The host that requests of a test name; a browser's Origin is this one's. */
export const testHost = 'hub.example.org'
export const testOrigin = `https://${testHost}`

/** A route as route-rules.txt has it. */
export type Route = { method: string; path: string; permission: string; callers: CallerKind[] }

export type TestApi = {
  db: DatabaseConnection['db']
  features: Features
  /** As HTTPS serves it, and as the machine's own door does (D16). Both listen on no port until a test asks for it. */
  https: Server
  door: Server
  routes: Route[]
  /** Two organizations, and a second set of everything in the first, for what is to be ended. */
  ours: World
  spare: World
  theirs: World
  /** Lines of the hub's log at level error, parsed. */
  errors: { msg: string; err?: { stack: string } }[]
  cookieOf(role: Role, organizationId?: string): Promise<string>
  tokenOf(role: Role, organizationId?: string): Promise<string>
  /** What an app of that kind is given. */
  executionToken(kind: AppKind, world?: World): Promise<string>
  deliveryToken(world?: World): Promise<string>
  /** A reader's; it is granted nothing. */
  readerToken(organizationId?: string): Promise<string>
  close(): Promise<void>
}

/** Every route of a hub with its real authentication, on a database of its own. @param consoleFolder a built console, if there is one */
export async function createTestApi(consoleFolder = ''): Promise<TestApi> {
  const database = await createTestDatabase()
  const errors: TestApi['errors'] = []
  const logger = pino({ level: 'error' }, { write: (line: string) => void errors.push(JSON.parse(line)) })
  const connection = connectDatabase(database.url, (error) => logger.error({ err: error }, 'connection'), 6)
  const { db } = connection
  const keys = new Keys(db, new SecretBox(randomBytes(32)))
  const settings = new Settings(db, {
    publicUrl: testOrigin,
    brokerPublicHost: undefined,
    ports: () => ({ https: 8443, broker: 62_000 }),
  })
  const serverFilesFolder = emptyServerFiles()
  const features = createFeatures({
    connection,
    notifications: new Notifications(database.url, logger),
    keys,
    authority: new Authority(keys),
    settings,
    serverFilesFolder,
    // Node.js itself takes seconds to compress.
    runtimeFile: join(serverFilesFolder, 'dist/postern-envsvr.mjs'),
    hasReaderPort: true,
    log: logger,
  })
  const [ourId, theirId] = [await organization('Ours'), await organization('Theirs')]
  const ours = await makeWorld(db, ourId)
  const spare = await makeWorld(db, ourId)
  const theirs = await makeWorld(db, theirId)
  const routes: Route[] = []
  const https = await open(
    authenticateHttps(
      features.access,
      features.environments.authenticateDeliveryToken,
      features.executions.tokens.authenticate,
      features.readers.credentials,
    ),
  )
  const door = await open(authenticateMachine(ourId))

  async function organization(name: string): Promise<string> {
    return (await db.insertInto('organization').values({ name }).returning('id').executeTakeFirstOrThrow()).id
  }

  async function open(authenticate: Authenticate): Promise<Server> {
    const server = await createServer({ authenticate, logger })
    routes.length = 0
    server.addHook('onRoute', ({ method, url, config }) => {
      if (method === 'HEAD' || config?.rule === undefined) return
      routes.push({
        method: String(method),
        path: url,
        permission: config.rule.permission,
        callers: [...config.rule.callers],
      })
    })
    const health = { checks: [], metrics: createMetrics(), metricsTokenFile: undefined }
    await addRoutes(server, { db, features, settings, health, consoleFolder })
    await server.ready()
    return server
  }

  return {
    db,
    features,
    https,
    door,
    routes,
    ours,
    spare,
    theirs,
    errors,
    async cookieOf(role, organizationId = ourId) {
      const { token, sha256 } = newCredential('')
      const username = `u${randomBytes(6).toString('hex')}`
      const user = await new UserStore(db).insert({ organizationId, username, role, passwordHash: 'no password' })
      if (user === undefined) throw new Error('the name is taken')
      await new SessionStore(db).insert(user.id, sha256, new Date(Date.now() + 3_600_000), '192.0.2.1')
      return `${sessionCookie}=${token}`
    },
    async tokenOf(role, organizationId = ourId) {
      const { token, sha256 } = newCredential('pst_')
      const expiresAt = new Date(Date.now() + 3_600_000)
      await new ApiTokenStore(db).insert({
        organizationId,
        name: role,
        role,
        sha256,
        createdBy: 'test',
        userId: null,
        expiresAt,
      })
      return token
    },
    async executionToken(kind, world = ours) {
      const deadline = new Date(Date.now() + 3_600_000)
      return (await features.executions.tokens.issue(db, world.executions[kind], 1, deadline)).token
    },
    async deliveryToken(world = ours) {
      const { token, sha256 } = newCredential('psd_')
      const serverXid = world.ids['serverXid'] ?? ''
      await db
        .updateTable('environment_server')
        .set({ delivery_token_sha256: sha256 })
        .where('server_xid', '=', serverXid)
        .execute()
      return token
    },
    async readerToken(organizationId = ourId) {
      const { token, sha256 } = newCredential(readerTokenPrefix)
      const name = randomBytes(6).toString('hex')
      const reader = { organization_id: organizationId, name, token_sha256: sha256, created_by: 'test' }
      await db.insertInto('reader').values(reader).execute()
      return token
    },
    async close() {
      await https.close()
      await door.close()
      await features.library.batches.close()
      await features.stix.close()
      await connection.close()
      await database.drop()
    },
  }
}
