import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'

const port = z.coerce.number().int().min(0).max(65_535)
const optional = z.string().min(1).optional()

/** Every environment variable the hub reads, once, at its start. */
export const HubEnvironment = z.object({
  POSTERN_DATA_DIR: z
    .string()
    .min(1)
    .default('.postern')
    .describe('Data folder: cluster, secret key, certificate of the CA, sockets'),
  POSTERN_HTTPS_PORT: port.default(8443).describe('Port of the API and the console; 0 takes any free one'),
  POSTERN_BROKER_PORT: port.default(62_000).describe('Port of the message broker; 0 takes any free one'),
  POSTERN_LISTEN_HOST: z.string().min(1).default('0.0.0.0').describe('Address that all ports listen on'),
  POSTERN_READER_PORT: port
    .optional()
    .describe(
      'Port for readers with client certificates; not set: there is none, and no such reader; 0 takes any free one',
    ),
  POSTERN_PUBLIC_URL: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('Where environment servers and browsers reach the API (setting apiURL wins)'),
  POSTERN_BROKER_PUBLIC_HOST: z
    .string()
    .regex(/^[A-Za-z0-9.:[\]-]+:[0-9]{1,5}$/, 'host:port is wanted')
    .optional()
    .describe('Where environment servers reach the broker, host:port (setting appMessageBrokerHost wins)'),
  DATABASE_URL: optional.describe('An external PostgreSQL; without it the hub runs a private one'),
  DATABASE_DIRECT_URL: optional.describe('The same database past a connection pooler, for LISTEN and background work'),
  POSTERN_BROKER_URL: optional.describe(
    'An external MQTT broker for hubs and their edges, where several hubs work together; without it each edge is one',
  ),
  POSTERN_CA_FOLDER: optional.describe(
    'Folder of PEM files with CAs of your own, trusted beside the public roots: mail server, database, broker',
  ),
  POSTERN_SECRET_KEY_FILE: optional.describe("The hub's secret key, the same on every hub; default <data>/secret.key"),
  POSTERN_SERVER_FILES: optional.describe('Folder of the environment server that downloads are made of'),
  POSTERN_CONSOLE_FILES: optional.describe('Folder of the built console'),
  POSTERN_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Least important level that is logged'),
  POSTERN_METRICS_TOKEN_FILE: optional.describe('File with the token that /metrics wants from other machines'),
})

export type HubConfig = {
  dataFolder: string
  httpsPort: number
  brokerPort: number
  listenHost: string
  /** Absent where no reader comes with a client certificate (D27). */
  readerPort: number | undefined
  publicUrl: string | undefined
  brokerPublicHost: string | undefined
  databaseUrl: string | undefined
  databaseDirectUrl: string | undefined
  brokerUrl: string | undefined
  /** CAs of one's own (ES-17). */
  caFolder: string | undefined
  secretKeyFile: string
  /** Made at first start only where nobody named a file: a second hub must never invent a key of its own. */
  mayCreateSecretKey: boolean
  serverFilesFolder: string
  consoleFolder: string
  logLevel: 'debug' | 'info' | 'warn' | 'error'
  metricsTokenFile: string | undefined
}

const checkout = fileURLToPath(new URL('../../', import.meta.url))

/** @throws one error that names every mistake */
export function readHubConfig(environment: Record<string, string | undefined>): HubConfig {
  const read = HubEnvironment.safeParse(withoutEmpty(environment))
  if (!read.success) throw new Error(`The hub's settings are not valid:\n${z.prettifyError(read.error)}`)
  const values = read.data
  const dataFolder = resolve(values.POSTERN_DATA_DIR)
  return {
    dataFolder,
    httpsPort: values.POSTERN_HTTPS_PORT,
    brokerPort: values.POSTERN_BROKER_PORT,
    listenHost: values.POSTERN_LISTEN_HOST,
    readerPort: values.POSTERN_READER_PORT,
    publicUrl: values.POSTERN_PUBLIC_URL,
    brokerPublicHost: values.POSTERN_BROKER_PUBLIC_HOST,
    databaseUrl: values.DATABASE_URL,
    databaseDirectUrl: values.DATABASE_DIRECT_URL,
    brokerUrl: values.POSTERN_BROKER_URL,
    caFolder: values.POSTERN_CA_FOLDER,
    secretKeyFile: values.POSTERN_SECRET_KEY_FILE ?? resolve(dataFolder, 'secret.key'),
    mayCreateSecretKey: values.POSTERN_SECRET_KEY_FILE === undefined && !existsSync(resolve(dataFolder, 'secret.key')),
    serverFilesFolder: values.POSTERN_SERVER_FILES ?? resolve(checkout, 'environment-server'),
    consoleFolder: values.POSTERN_CONSOLE_FILES ?? resolve(checkout, 'console/dist'),
    logLevel: values.POSTERN_LOG_LEVEL,
    metricsTokenFile: values.POSTERN_METRICS_TOKEN_FILE,
  }
}

/** A variable that is set to nothing is not set. */
function withoutEmpty(environment: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
}
