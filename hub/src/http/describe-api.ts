import { connectDatabase } from '../database/database.ts'
import { createFeatures } from '../features.ts'
import { createMetrics } from '../health/routes.ts'
import { Keys } from '../keys/keys.ts'
import { SecretBox } from '../keys/secret-box.ts'
import { Notifications } from '../live/notifications.ts'
import { Authority } from '../pki/authority.ts'
import { addRoutes } from '../routes.ts'
import { Settings } from '../settings/settings.ts'
import type { ApiDocument } from './api-breaks.ts'
import { createServer } from './server.ts'

export type ApiDescription = {
  /** The document of `/v1/openapi.json`. */
  openapi: ApiDocument
  /** One line a route, hidden ones included: method, path, permission, who may call (D22). */
  rules: string[]
}

/** Describes the routes of a whole hub. None of them is called, so that no database is needed. */
export async function describeApi(): Promise<ApiDescription> {
  const log = { error() {}, warn() {}, info() {}, debug() {} }
  const connection = connectDatabase('postgres://nobody@localhost/none', () => {})
  const keys = new Keys(connection.db, new SecretBox(Buffer.alloc(32)))
  const settings = new Settings(connection.db, {
    publicUrl: undefined,
    brokerPublicHost: undefined,
    ports: () => ({ https: 8443, broker: 62_000 }),
  })
  const features = createFeatures({
    connection,
    notifications: new Notifications('postgres://nobody@localhost/none', log),
    keys,
    authority: new Authority(keys),
    settings,
    serverFilesFolder: '',
    log,
  })
  const server = await createServer({
    authenticate: async () => ({ kind: 'stranger', name: 'stranger' }),
    logger: false,
  })
  try {
    const rules: string[] = []
    server.addHook('onRoute', ({ method, url, config }) => {
      const rule = config?.rule
      // HEAD is made of GET, with its rule.
      if (method === 'HEAD' || rule === undefined) return
      rules.push(`${String(method)} ${url} ${rule.permission} ${rule.callers.join(',')}`)
    })
    const health = { checks: [], metrics: createMetrics(), metricsTokenFile: undefined }
    await addRoutes(server, { db: connection.db, features, settings, health, consoleFolder: '' })
    await server.ready()
    // As it goes over the line, without what JSON cannot say.
    const openapi = JSON.parse(JSON.stringify(server.swagger())) as ApiDocument
    return { openapi, rules: rules.toSorted() }
  } finally {
    await server.close()
    await connection.close()
  }
}
