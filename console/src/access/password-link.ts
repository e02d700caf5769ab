import { type CheckPasswordLink, type ChoosePassword, ChosenPassword } from '@postern/protocol'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, ApiProblem } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { signInAfterwards } from './session.ts'

/** Whether a link still holds: false once it is known that it does not. Asked once; what it is used for ends it. */
export function useIsLinkGood(linkToken: string, isUnused: boolean) {
  return useQuery({
    queryKey: ['password-link', linkToken],
    queryFn: ({ signal }) => isLinkGood({ linkToken }, signal),
    enabled: isUnused,
    staleTime: Infinity,
  })
}

async function isLinkGood(body: CheckPasswordLink, signal: AbortSignal): Promise<boolean> {
  try {
    await api(paths.passwordLinkChecks, { method: 'POST', body, signal })
    return true
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'forbidden') return false
    throw error
  }
}

/** Chooses a password by a link, and signs in with it afterwards. Its data is why that failed, if it did. */
export function useChoosePassword() {
  const queryClient = useQueryClient()
  return useMutation({
    mutationKey: ['session', 'choose-password'],
    mutationFn: async (request: ChoosePassword) => {
      const { username } = await api(paths.chosenPasswords, { method: 'POST', body: request, reply: ChosenPassword })
      return await signInAfterwards(queryClient, { username, password: request.password })
    },
  })
}
