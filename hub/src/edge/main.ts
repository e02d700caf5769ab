import { startEdge } from '../broker/edge.ts'
import { readHubConfig } from '../config.ts'
import { connectDatabase } from '../database/database.ts'
import { databaseUrlOf } from '../database/provider/open-database.ts'
import { Keys } from '../keys/keys.ts'
import { SecretBox } from '../keys/secret-box.ts'
import { readSecretKey } from '../keys/secret-key-file.ts'
import { stopRequested } from '../lib/shutdown.ts'
import { readHubFile } from '../machine/hub-file.ts'
import { Authority } from '../pki/authority.ts'
import { shownCertificate } from '../pki/shown-certificate.ts'
import { Settings } from '../settings/settings.ts'
import { openLog } from '../machine/open-log.ts'
import { trustOwnCas } from '../machine/own-cas.ts'
import { brokerSocketOf, edgeDoorOf } from '../machine/data-folder.ts'

/**
 * The broker's edge as a process of its own, so that a storm of reconnects stalls no HTTP (D15). It is started after the hub,
 * which prepares database, keys and ports.
 */
const stop = stopRequested()
const config = readHubConfig(process.env)
const hubFile = readHubFile(config.dataFolder)
if (hubFile === undefined) throw new Error(`There is no hub.json in ${config.dataFolder}: start the hub first.`)

const log = openLog(config.logLevel)
trustOwnCas(config.caFolder, log)
const databaseUrl = databaseUrlOf(config)
const { db, close } = connectDatabase(
  databaseUrl,
  (error) => log.warn({ reason: error.message }, 'an idle connection broke'),
  2,
)
const authority = new Authority(new Keys(db, new SecretBox(readSecretKey(config.secretKeyFile, false))))
const settings = new Settings(db, {
  publicUrl: config.publicUrl,
  brokerPublicHost: config.brokerPublicHost,
  ports: () => ({ https: hubFile.httpsPort, broker: hubFile.brokerPort }),
})
const edge = await startEdge({
  host: config.listenHost,
  port: hubFile.brokerPort,
  databaseUrl,
  tlsMaterial: shownCertificate(authority, settings),
  socketPath: brokerSocketOf(config.dataFolder),
  brokerUrl: config.brokerUrl,
  hub: { socketPath: edgeDoorOf(config.dataFolder), pagesPort: new URL(hubFile.url).port },
  log,
})
process.send?.({ ready: edge.port })
await stop
await edge.close()
await close()
