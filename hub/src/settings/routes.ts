import { paths, Settings as SettingsDocument, UpdateSettings } from '@postern/protocol'
import { forPeople } from '../access/permissions.ts'
import type { Audit } from '../audit/audit.ts'
import type { DatabaseConnection } from '../database/database.ts'
import type { Server } from '../http/server.ts'
import type { PublicNames, Settings } from './settings.ts'

export function settingsRoutes(server: Server, db: DatabaseConnection['db'], settings: Settings, audit: Audit): void {
  server.get(
    paths.settings,
    {
      config: forPeople('settings:read'),
      schema: {
        operationId: 'getSettings',
        tags: ['settings'],
        summary: "The hub's public names",
        response: { 200: SettingsDocument },
      },
    },
    async () => toApi(await settings.publicNames()),
  )
  server.patch(
    paths.settings,
    {
      config: forPeople('settings:write'),
      schema: {
        operationId: 'updateSettings',
        tags: ['settings'],
        summary: "Change the hub's public names; its certificate follows within seconds",
        body: UpdateSettings,
        response: { 200: SettingsDocument },
      },
    },
    async (request) => {
      const { apiURL, appMessageBrokerHost } = request.body
      await db.transaction().execute(async (trx) => {
        if (apiURL !== undefined) await settings.set(trx, 'apiURL', apiURL)
        if (appMessageBrokerHost !== undefined) await settings.set(trx, 'appMessageBrokerHost', appMessageBrokerHost)
        await audit.record(trx, request.caller, 'settings.update', 'settings', request.body, request.ip)
      })
      return toApi(await settings.publicNames())
    },
  )
}

function toApi(names: PublicNames): SettingsDocument {
  return {
    apiURL: names.apiURL,
    appMessageBrokerHost: `${names.brokerHost}:${names.brokerPort}`,
    onlyLocalNames: names.onlyLocalNames,
  }
}
