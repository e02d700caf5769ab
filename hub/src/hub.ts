import { hostname, networkInterfaces } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { Access } from './access/access.ts'
import { authenticateHttps, authenticateMachine } from './access/authenticate.ts'
import { accessRoutes } from './access/routes.ts'
import { Audit } from './audit/audit.ts'
import { auditRoutes } from './audit/routes.ts'
import type { HubConfig } from './config.ts'
import { connectDatabase } from './database/database.ts'
import { migrate } from './database/migrate.ts'
import { openDatabase } from './database/provider/open-database.ts'
import { createMetrics, healthRoutes } from './health/routes.ts'
import { openapiRoutes } from './http/openapi.ts'
import { createServer, type Server } from './http/server.ts'
import { Keys } from './keys/keys.ts'
import { SecretBox } from './keys/secret-box.ts'
import { readSecretKey } from './keys/secret-key-file.ts'
import { systemClock } from './lib/clock.ts'
import { clearSocket, closeToOthers, prepareDataFolder, writeCaCertificate } from './machine/data-folder.ts'
import { choosePort } from './machine/free-port.ts'
import { readHubFile, writeHubFile } from './machine/hub-file.ts'
import { pageRoutes } from './pages/routes.ts'
import { Authority } from './pki/authority.ts'
import { settingsRoutes } from './settings/routes.ts'
import { Settings } from './settings/settings.ts'
import { hubVersion } from './version.ts'

/** A running hub. Disposing of it ends everything that it started, the database last. */
export type Hub = AsyncDisposable & { url: string; httpsPort: number; brokerPort: number; dataFolder: string }

/** Starts everything in order: folder, database, keys, features, doors, background work. */
export async function startHub(config: HubConfig): Promise<Hub> {
  const log = pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime })
  prepareDataFolder(config.dataFolder)
  await using stack = new AsyncDisposableStack()

  const database = await openDatabase(config, log)
  stack.defer(database.stop)
  await migrate(database.directUrl)
  const { db, pool, close } = connectDatabase(database.url, (error) =>
    log.warn({ err: error }, 'an idle database connection broke'),
  )
  stack.defer(close)

  const remembered = readHubFile(config.dataFolder)
  const httpsPort = await choosePort(config.httpsPort, remembered?.httpsPort, config.listenHost)
  const brokerPort = await choosePort(config.brokerPort, remembered?.brokerPort, config.listenHost)

  const keys = new Keys(db, new SecretBox(readSecretKey(config.secretKeyFile, config.mayCreateSecretKey)))
  const authority = new Authority(keys)
  const audit = new Audit()
  const access = new Access(db, audit, systemClock)
  const settings = new Settings(db, {
    publicUrl: config.publicUrl,
    brokerPublicHost: config.brokerPublicHost,
    ports: () => ({ https: httpsPort, broker: brokerPort }),
  })
  const metrics = createMetrics()
  const organizationId = await access.firstOrganizationId()

  const https = stack.use(
    asDisposable(
      await createServer({
        authenticate: authenticateHttps(
          access,
          async () => undefined,
          async () => undefined,
        ),
        logger: log,
        https: await serverCertificate(),
      }),
    ),
  ).server
  const door = stack.use(
    asDisposable(await createServer({ authenticate: authenticateMachine(organizationId), logger: log })),
  ).server
  for (const server of [https, door]) await addRoutes(server)

  const socketPath = join(config.dataFolder, 'hub.sock')
  clearSocket(socketPath)
  await door.listen({ path: socketPath })
  closeToOthers(socketPath)
  await https.listen({ port: httpsPort, host: config.listenHost })

  const { apiURL } = await settings.publicNames()
  writeHubFile(config.dataFolder, {
    url: apiURL,
    httpsPort,
    brokerPort,
    pid: process.pid,
    dataFolder: config.dataFolder,
    version: hubVersion,
  })
  log.info({ url: apiURL, brokerPort }, 'the hub is ready')
  const started = stack.move()
  return {
    url: apiURL,
    httpsPort,
    brokerPort,
    dataFolder: config.dataFolder,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }

  async function addRoutes(server: Server): Promise<void> {
    accessRoutes(server, access, settings)
    settingsRoutes(server, db, settings, audit)
    auditRoutes(server, db)
    openapiRoutes(server)
    healthRoutes(server, { checks: [databaseAnswers], metrics, metricsTokenFile: config.metricsTokenFile })
    await pageRoutes(server, config.consoleFolder)
  }

  async function databaseAnswers(): Promise<string | undefined> {
    try {
      await pool.query('select 1')
      return undefined
    } catch (error) {
      return `the database does not answer: ${error instanceof Error ? error.message : String(error)}`
    }
  }

  /** A fresh certificate at each start for every name that this hub is known by. */
  async function serverCertificate(): Promise<{ cert: string; key: string }> {
    const caPem = await authority.certificatePem()
    writeCaCertificate(config.dataFolder, caPem)
    const { certificatePem, privateKeyPem } = await authority.issueServerCertificate(await certificateNames(settings))
    return { cert: `${certificatePem}\n${caPem}`, key: privateKeyPem }
  }
}

/** The public names, this machine's own, and its addresses. */
export async function certificateNames(settings: Settings): Promise<string[]> {
  const names = await settings.publicNames()
  const addresses = Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? []).map((entry) => entry.address),
  )
  const all = [
    new URL(names.apiURL).hostname,
    names.brokerHost,
    'localhost',
    hostname(),
    '127.0.0.1',
    '::1',
    ...addresses,
  ]
  return [...new Set(all.map((name) => name.replace(/^\[|\]$|%.*$/g, '')))]
}

function asDisposable(server: Server): AsyncDisposable & { server: Server } {
  return { server, [Symbol.asyncDispose]: async () => await server.close() }
}
