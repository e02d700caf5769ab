import type { Me, SetUpRequest, SignInRequest } from '@postern/protocol'
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, ApiProblem } from '../api/api.ts'
import { hubQueries } from '../api/hub-queries.ts'
import { paths } from '../api/paths.ts'

/** Signs in; afterwards `me` is known and nothing of an earlier user's data is left. */
export function useSignIn() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationKey: ['session', 'sign-in'],
    mutationFn: (request: SignInRequest) => signIn(queryClient, request),
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

/** Makes an administrator with a set-up link, and signs in as it afterwards (D16). Its data is why that failed, if it did. */
export function useSetUp() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationKey: ['session', 'set-up'],
    mutationFn: async (request: SetUpRequest) => {
      await api(paths.setup, { method: 'POST', body: request })
      return await signInAfterwards(queryClient, { username: request.username, password: request.password })
    },
  })
}

/** With what was just chosen. @returns why it failed, if it did: what was chosen stands all the same, and its link is spent */
export async function signInAfterwards(queryClient: QueryClient, request: SignInRequest): Promise<Error | undefined> {
  try {
    await signIn(queryClient, request)
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

async function signIn(queryClient: QueryClient, request: SignInRequest): Promise<Me> {
  await api(paths.session, { method: 'POST', body: request })
  queryClient.clear()
  return await queryClient.fetchQuery(hubQueries.me())
}
