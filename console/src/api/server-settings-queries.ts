import { paths, ServerSettings } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { serverKey } from './telemetry-queries.ts'

/** Where a server's settings are asked for, and asked to be set. */
export function serverSettingsPath(environmentId: string, serverXid: string): string {
  return paths.environmentServerSettings(encodeURIComponent(environmentId), encodeURIComponent(serverXid))
}

export const serverSettingsQueries = {
  one: (environmentId: string, serverXid: string) =>
    queryOptions({
      queryKey: [...serverKey(environmentId, serverXid), 'settings'],
      queryFn: ({ signal }) => api(serverSettingsPath(environmentId, serverXid), { reply: ServerSettings, signal }),
    }),
} as const
