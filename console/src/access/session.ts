import { paths, type SetUpRequest, type SignInRequest } from '@postern/protocol'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ApiProblem } from '../api/api.ts'
import { hubQueries } from '../api/hub-queries.ts'

/** Signs in; afterwards `me` is known and nothing of an earlier user's data is left. */
export function useSignIn() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationKey: ['session', 'sign-in'],
    mutationFn: async (request: SignInRequest) => {
      await api(paths.session, { method: 'POST', body: request })
      queryClient.clear()
      return queryClient.fetchQuery(hubQueries.me())
    },
  })
}

export function useSignOut() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationKey: ['session', 'sign-out'],
    mutationFn: async () => {
      try {
        await api(paths.session, { method: 'DELETE' })
      } catch (error) {
        // A session that is gone already needs no signing out.
        if (!(error instanceof ApiProblem) || error.code !== 'unauthenticated') throw error
      }
      queryClient.clear()
    },
  })
}

/** Makes an administrator with a set-up link, and is signed in as it afterwards (D16). */
export function useSetUp() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationKey: ['session', 'set-up'],
    mutationFn: async (request: SetUpRequest) => {
      await api(paths.setup, { method: 'POST', body: request })
      queryClient.clear()
      await api(paths.session, { method: 'POST', body: { username: request.username, password: request.password } })
      return queryClient.fetchQuery(hubQueries.me())
    },
  })
}
