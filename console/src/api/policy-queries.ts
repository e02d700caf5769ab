import { PolicyNarrowingRequests } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { paths } from './paths.ts'
import { serverKey } from './telemetry-queries.ts'

export const policyQueries = {
  one: (environmentId: string, serverXid: string) =>
    queryOptions({
      queryKey: [...serverKey(environmentId, serverXid), 'policy'],
      queryFn: ({ signal }) =>
        api(paths.environmentServerNarrowings(environmentId, serverXid), { reply: PolicyNarrowingRequests, signal }),
    }),
} as const
