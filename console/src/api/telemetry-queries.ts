import { EnvironmentServer, ServerTelemetry } from '@postern/protocol'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { environmentKeys } from './environment-queries.ts'
import { paths } from './paths.ts'

const spanSeconds = { hour: 3600, day: 86_400, year: 365 * 86_400 } as const

export type Span = keyof typeof spanSeconds

/** Points of a plot: about as many as its width has room for. */
const stepSeconds: Record<Span, number> = { hour: 10, day: 300, year: 86_400 }

/** A server is read with its environment: what changes that changes it too. */
export function serverKey(environmentId: string, serverXid: string) {
  return [...environmentKeys.one(environmentId), 'server', serverXid] as const
}

/** What reads of a server's figures begin with, over whichever time. */
export function telemetryKey(environmentId: string, serverXid: string) {
  return ['telemetry', environmentId, serverXid] as const
}

export const telemetryQueries = {
  server: (environmentId: string, serverXid: string) =>
    queryOptions({
      queryKey: serverKey(environmentId, serverXid),
      queryFn: ({ signal }) =>
        api(paths.environmentServer(environmentId, serverXid), {
          reply: EnvironmentServer,
          signal,
        }),
    }),

  telemetry: (environmentId: string, serverXid: string, span: Span) =>
    queryOptions({
      queryKey: [...telemetryKey(environmentId, serverXid), span],
      queryFn: ({ signal }) => {
        const to = Date.now()
        return api(paths.environmentServerTelemetry(environmentId, serverXid), {
          query: {
            from: new Date(to - spanSeconds[span] * 1000).toISOString(),
            to: new Date(to).toISOString(),
            step: stepSeconds[span],
          },
          reply: ServerTelemetry,
          signal,
        })
      },
      placeholderData: keepPreviousData,
    }),
} as const
