import { join } from 'node:path'
import { authenticateHttps, authenticateMachine } from './access/authenticate.ts'
import { firstOrganizationId } from './access/organizations.ts'
import { startBackground } from './background.ts'
import type { HubConfig } from './config.ts'
import { connectDatabase } from './database/database.ts'
import { migrate } from './database/migrate.ts'
import { openDatabase } from './database/provider/open-database.ts'
import { createFeatures } from './features.ts'
import { addHubMetrics } from './health/hub-metrics.ts'
import { createMetrics } from './health/routes.ts'
import { openEdgeDoor } from './http/edge-door.ts'
import { createServer, type Server } from './http/server.ts'
import { Keys } from './keys/keys.ts'
import { SecretBox } from './keys/secret-box.ts'
import { readSecretKey } from './keys/secret-key-file.ts'
import { Notifications } from './live/notifications.ts'
import {
  brokerSocketOf,
  clearSocket,
  closeToOthers,
  edgeDoorOf,
  prepareDataFolder,
  writeCaCertificate,
} from './machine/data-folder.ts'
import { openLog } from './machine/open-log.ts'
import { trustOwnCas } from './machine/own-cas.ts'
import { choosePort } from './machine/free-port.ts'
import { readHubFile, writeHubFile } from './machine/hub-file.ts'
import { Authority } from './pki/authority.ts'
import { followCertificate, shownCertificate } from './pki/shown-certificate.ts'
import { openReaderPort, type ReaderPort } from './readers/reader-port.ts'
import { addReaderRoutes, addRoutes, type RouteParts } from './routes.ts'
import { Settings } from './settings/settings.ts'
import { addTelemetryMetrics } from './telemetry/telemetry-metrics.ts'
import { hubVersion } from './version.ts'

/** A running hub. Disposing of it ends everything that it started, the database last. */
export type Hub = AsyncDisposable & {
  url: string
  httpsPort: number
  brokerPort: number
  readerPort: number | undefined
  dataFolder: string
}

/** Starts everything in order: folder, database, keys, features, background work, doors. */
export async function startHub(config: HubConfig): Promise<Hub> {
  const log = openLog(config.logLevel)
  prepareDataFolder(config.dataFolder)
  trustOwnCas(config.caFolder, log)
  await using stack = new AsyncDisposableStack()

  const database = await openDatabase(config, log)
  stack.defer(database.stop)
  await migrate(database.directUrl)
  const connection = connectDatabase(database.url, (error) =>
    log.warn({ reason: error.message }, 'an idle database connection broke'),
  )
  stack.defer(connection.close)
  const { db } = connection

  const remembered = readHubFile(config.dataFolder)
  const httpsPort = await choosePort(config.httpsPort, remembered?.httpsPort, config.listenHost)
  const brokerSocket = brokerSocketOf(config.dataFolder)
  const brokerPort = await choosePort(config.brokerPort, remembered?.brokerPort, config.listenHost, brokerSocket)

  const keys = new Keys(db, new SecretBox(readSecretKey(config.secretKeyFile, config.mayCreateSecretKey)))
  const authority = new Authority(keys)
  const settings = new Settings(db, {
    publicUrl: config.publicUrl,
    brokerPublicHost: config.brokerPublicHost,
    ports: () => ({ https: httpsPort, broker: brokerPort }),
  })
  const notifications = new Notifications(database.directUrl, log)
  const { serverFilesFolder } = config
  const hasReaderPort = config.readerPort !== undefined
  const features = createFeatures({
    connection,
    notifications,
    keys,
    authority,
    settings,
    serverFilesFolder,
    hasReaderPort,
    log,
  })
  stack.defer(async () => await features.library.batches.close())
  stack.defer(async () => await features.stix.close())
  const organizationId = await firstOrganizationId(db)

  const background = stack.use(
    await startBackground({
      features,
      connection,
      notifications,
      databaseDirectUrl: database.directUrl,
      dataFolder: config.dataFolder,
      brokerUrl: config.brokerUrl,
      log,
    }),
  )

  const metrics = createMetrics()
  addHubMetrics(metrics, db)
  addTelemetryMetrics(metrics, background.telemetryCounts)
  const routes: RouteParts = {
    db,
    features,
    settings,
    consoleFolder: config.consoleFolder,
    health: {
      checks: [
        databaseAnswers,
        async () => (background.broker.isConnected() ? undefined : 'there is no connection to the broker'),
      ],
      metrics,
      metricsTokenFile: config.metricsTokenFile,
    },
  }
  writeCaCertificate(config.dataFolder, await authority.certificatePem())
  const tlsMaterial = shownCertificate(authority, settings)
  const certificate = await tlsMaterial()
  const https = await openServer({
    authenticate: authenticateHttps(
      features.access,
      features.environments.authenticateDeliveryToken,
      features.executions.tokens.authenticate,
      features.readers.credentials,
    ),
    https: { cert: certificate.cert, key: certificate.key },
  })
  stack.use(followCertificate(https, certificate, tlsMaterial, log))
  const door = await openServer({ authenticate: authenticateMachine(organizationId) })

  const socketPath = join(config.dataFolder, 'hub.sock')
  clearSocket(socketPath)
  await door.listen({ path: socketPath })
  closeToOthers(socketPath)
  await https.listen({ port: httpsPort, host: config.listenHost })
  const edgeDoorPath = edgeDoorOf(config.dataFolder)
  clearSocket(edgeDoorPath)
  stack.defer(await openEdgeDoor(https, edgeDoorPath))

  const { apiURL } = await settings.publicNames()
  await features.readers.certificates.warn(log)
  const readerPort = config.readerPort === undefined ? undefined : (await openDoorOfReaders(config.readerPort)).port
  const { dataFolder } = config
  writeHubFile(dataFolder, { url: apiURL, httpsPort, brokerPort, pid: process.pid, dataFolder, version: hubVersion })
  log.info({ url: apiURL, brokerPort }, 'the hub is ready')
  const started = stack.move()
  return {
    url: apiURL,
    httpsPort,
    brokerPort,
    readerPort,
    dataFolder,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }

  async function openServer(options: Omit<Parameters<typeof createServer>[0], 'logger'>): Promise<Server> {
    const server = await createServer({ ...options, logger: log })
    stack.defer(async () => await server.close())
    await addRoutes(server, routes)
    return server
  }

  async function openDoorOfReaders(port: number): Promise<ReaderPort> {
    const { readers } = features
    return stack.use(
      await openReaderPort({
        readers,
        port,
        host: config.listenHost,
        tlsMaterial,
        addRoutes: (server, taken) => addReaderRoutes(server, routes, taken),
        log,
      }),
    )
  }

  async function databaseAnswers(): Promise<string | undefined> {
    try {
      await connection.pool.query('select 1')
      return undefined
    } catch (error) {
      return `the database does not answer: ${error instanceof Error ? error.message : String(error)}`
    }
  }
}
