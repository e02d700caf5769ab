import { CheckPasswordLink, ChoosePassword, ChosenPassword, paths, RequestPasswordLink } from '@postern/protocol'
import { done } from '../../http/done.ts'
import type { Server } from '../../http/server.ts'
import type { PasswordLinks } from './password-links.ts'
import type { PasswordRequests } from './password-requests.ts'
import { forEveryone } from '../permissions.ts'
import { strangerLimit } from '../sign-in-limits.ts'

const tags = ['access']

/** What people without a session ask for: a link to a new password, and the password. */
export function passwordRoutes(
  server: Server,
  links: Pick<PasswordLinks, 'check' | 'choose'>,
  requests: Pick<PasswordRequests, 'take'>,
): void {
  server.post(
    paths.passwordRequests,
    {
      config: { ...forEveryone, ...strangerLimit },
      schema: {
        operationId: 'requestPasswordLink',
        tags,
        summary: 'Ask for a mail with a link to a new password; the same answer, whoever is known by the name',
        body: RequestPasswordLink,
        response: { 204: done },
      },
    },
    async ({ body, ip }, reply) => {
      await requests.take(body.name, ip)
      return reply.code(204).send(null)
    },
  )
  server.post(
    paths.passwordLinkChecks,
    {
      config: { ...forEveryone, ...strangerLimit },
      schema: {
        operationId: 'checkPasswordLink',
        tags,
        summary: 'Whether a password link still holds, before somebody chooses a password by it',
        body: CheckPasswordLink,
        response: { 204: done },
      },
    },
    async ({ body }, reply) => {
      await links.check(body)
      return reply.code(204).send(null)
    },
  )
  server.post(
    paths.chosenPasswords,
    {
      config: { ...forEveryone, ...strangerLimit },
      schema: {
        operationId: 'choosePassword',
        tags,
        summary: 'Choose a password by a link, which is spent by it; all sessions of the user end',
        body: ChoosePassword,
        response: { 200: ChosenPassword },
      },
    },
    async ({ body, ip }) => await links.choose(body, ip),
  )
}
