import { ServerSettings } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paths } from './paths.ts'
import { serverKey } from './telemetry-queries.ts'

export const serverSettingsQueries = {
  one: (environmentId: string, serverXid: string) =>
    queryOptions({
      queryKey: [...serverKey(environmentId, serverXid), 'settings'],
      queryFn: ({ signal }) =>
        api(paths.environmentServerSettings(environmentId, serverXid), { reply: ServerSettings, signal }),
    }),
} as const
