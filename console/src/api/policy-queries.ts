import { paths, PolicyNarrowingRequests } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api } from './api.ts'
import { serverKey } from './telemetry-queries.ts'

/** Where a server's policy is asked for, and asked to be narrowed. */
export function policyPath(environmentId: string, serverXid: string): string {
  return paths.environmentServerNarrowings(encodeURIComponent(environmentId), encodeURIComponent(serverXid))
}

export const policyQueries = {
  one: (environmentId: string, serverXid: string) =>
    queryOptions({
      queryKey: [...serverKey(environmentId, serverXid), 'policy'],
      queryFn: ({ signal }) => api(policyPath(environmentId, serverXid), { reply: PolicyNarrowingRequests, signal }),
    }),
} as const
