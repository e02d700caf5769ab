import { accessRoutes } from './access/routes.ts'
import { appRoutes } from './apps/routes.ts'
import { auditRoutes } from './audit/routes.ts'
import { collectionRoutes } from './collections/routes.ts'
import { controlRoutes } from './controls/routes.ts'
import type { DatabaseConnection } from './database/database.ts'
import { environmentRoutes } from './environments/routes.ts'
import { exclusionRoutes } from './exclusions/routes.ts'
import { attemptRoutes, watchBatchRequests } from './executions/attempt-routes.ts'
import { executionRoutes } from './executions/routes.ts'
import { tokenRoutes } from './executions/token-routes.ts'
import { explainRoutes } from './explain/routes.ts'
import { exportRoutes } from './exports/routes.ts'
import type { Features } from './features.ts'
import { type HealthOptions, healthRoutes } from './health/routes.ts'
import { docsRoutes } from './docs/routes.ts'
import { openapiRoutes } from './http/openapi.ts'
import type { Server } from './http/server.ts'
import { jobRoutes } from './jobs/routes.ts'
import { keyRoutes } from './keys/routes.ts'
import { serveLibrary } from './library/create-library.ts'
import { lifecycleRoutes } from './lifecycle/routes.ts'
import { firewallListRoutes } from './lists/routes.ts'
import { firewallListSettingsRoutes } from './lists/settings-routes.ts'
import { liveRoutes } from './live/routes.ts'
import { mailRoutes } from './mail/routes.ts'
import { notificationRoutes } from './notifications/routes.ts'
import { pageRoutes } from './pages/routes.ts'
import { appUsageRoutes } from './app-usage/routes.ts'
import { readerRoutes } from './readers/routes.ts'
import { serverSettingsRoutes } from './server-settings/routes.ts'
import { settingsRoutes } from './settings/routes.ts'
import type { Settings } from './settings/settings.ts'
import { sightingRoutes } from './sightings/routes.ts'
import { stixRoutes } from './stix/routes.ts'
import { taxiiRoutes } from './taxii/routes.ts'
import { taxiiSettingsRoutes } from './taxii/settings-routes.ts'
import { telemetryRoutes } from './telemetry/routes.ts'

export type RouteParts = {
  db: DatabaseConnection['db']
  features: Features
  settings: Settings
  health: HealthOptions
  consoleFolder: string
}

/** What the reader port serves (D27). TAXII names addresses: there, those of that port. */
export function addReaderRoutes(server: Server, { features, settings }: RouteParts, port: () => number): void {
  firewallListRoutes(server, features.lists)
  taxiiRoutes(server, features.taxii, {
    async publicNames() {
      const url = new URL((await settings.publicNames()).apiURL)
      url.port = String(port())
      return { apiURL: url.origin }
    },
  })
}

/** Every route of the hub; the HTTPS server and the local socket have the same. */
export async function addRoutes(server: Server, parts: RouteParts): Promise<void> {
  const { db, features, settings } = parts
  watchBatchRequests(server, features.executions)
  accessRoutes(server, features, settings)
  settingsRoutes(server, db, settings, features.audit)
  auditRoutes(server, db)
  environmentRoutes(server, features.environments)
  serverSettingsRoutes(server, features.serverSettings, features.policyNarrowings)
  keyRoutes(server, features.hubKeys)
  appUsageRoutes(server, features.appUsages)
  telemetryRoutes(server, features.telemetry)
  appRoutes(server, features.catalog)
  jobRoutes(server, features.jobs)
  executionRoutes(server, features.executions)
  attemptRoutes(server, features.executions)
  tokenRoutes(server, features.executions.tokens)
  serveLibrary(server, features.library)
  lifecycleRoutes(server, features.lifecycles)
  explainRoutes(server, features.explain)
  sightingRoutes(server, features.sightings)
  collectionRoutes(server, features.collections)
  stixRoutes(server, features.stix)
  controlRoutes(server, features.controls)
  exclusionRoutes(server, features.exclusions)
  exportRoutes(server, features.exports)
  readerRoutes(server, features.readers)
  firewallListSettingsRoutes(server, features.lists)
  firewallListRoutes(server, features.lists)
  taxiiSettingsRoutes(server, features.taxiiSettings)
  taxiiRoutes(server, features.taxii, settings)
  notificationRoutes(server, features.notifications)
  mailRoutes(server, features.mail)
  liveRoutes(server, {
    changes: features.changes,
    maySee: async (what, organizationId, id) =>
      what === 'execution'
        ? await features.executions.isVisible(organizationId, id)
        : await features.environments.isVisible(organizationId, id),
    followTelemetry: features.telemetryWatch.follow,
    sessionsInForce: (sessions) => features.access.sessionsInForce(sessions),
  })
  openapiRoutes(server)
  docsRoutes(server)
  healthRoutes(server, parts.health)
  await pageRoutes(server, parts.consoleFolder, settings)
}
