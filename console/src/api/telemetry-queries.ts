import { EnvironmentServer, paths, ServerTelemetry } from '@postern/protocol'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'

const spanSeconds = { hour: 3600, day: 86_400, year: 365 * 86_400 } as const

export type Span = keyof typeof spanSeconds

/** Points of a plot: about as many as its width has room for. */
const stepSeconds: Record<Span, number> = { hour: 10, day: 300, year: 86_400 }

export const telemetryQueries = {
  server: (environmentId: string, serverXid: string) =>
    queryOptions({
      queryKey: ['environment', environmentId, 'server', serverXid],
      queryFn: ({ signal }) =>
        api(paths.environmentServer(encodeURIComponent(environmentId), encodeURIComponent(serverXid)), {
          reply: EnvironmentServer,
          signal,
        }),
    }),

  telemetry: (environmentId: string, serverXid: string, span: Span) =>
    queryOptions({
      queryKey: ['telemetry', environmentId, serverXid, span],
      queryFn: ({ signal }) => {
        const to = Date.now()
        return api(paths.environmentServerTelemetry(encodeURIComponent(environmentId), encodeURIComponent(serverXid)), {
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
