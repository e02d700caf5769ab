import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiProblem } from '../api/api.ts'
import { meKey } from '../api/hub-queries.ts'

/** Attempts after the first, for failures that pass by themselves. */
const retriesMax = 2

/** @param onSessionEnd called when the hub no longer knows the session, whichever request learned it. */
export function createQueryClient(onSessionEnd: () => void): QueryClient {
  function watch(error: Error, isAboutSession: boolean) {
    if (isAboutSession || !(error instanceof ApiProblem) || error.code !== 'unauthenticated') return
    queryClient.removeQueries({ queryKey: meKey })
    onSessionEnd()
  }
  const queryClient = new QueryClient({
    // Reading who one is, and signing in, may be refused in the ordinary course of things: their callers deal with it.
    queryCache: new QueryCache({ onError: (error, query) => watch(error, query.queryKey[0] === meKey[0]) }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _result, mutation) => watch(error, mutation.options.mutationKey?.[0] === 'session'),
    }),
    defaultOptions: {
      queries: {
        // A browser that takes itself for offline may reach the hub all the same; and where it does not, the page has to say so.
        networkMode: 'always',
        retry: (failures, error) => failures < retriesMax && mayPass(error),
        staleTime: 5000,
        refetchOnWindowFocus: true,
      },
      mutations: { networkMode: 'always' },
    },
  })
  return queryClient
}

function mayPass(error: Error): boolean {
  return error instanceof ApiProblem && (error.code === 'unreachable' || error.code === 'unavailable')
}
