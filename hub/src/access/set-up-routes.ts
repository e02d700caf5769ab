import { consolePages, paths, SetupLink, SetUpRequest } from '@postern/protocol'
import { done } from '../http/done.ts'
import type { Server } from '../http/server.ts'
import type { Settings } from '../settings/settings.ts'
import { forEveryone, onlyFor } from './permissions.ts'
import type { SetUp } from './set-up.ts'
import { strangerLimit } from './sign-in-limits.ts'

const tags = ['access']

export function setUpRoutes(server: Server, setUp: SetUp, settings: Pick<Settings, 'publicNames'>): void {
  server.post(
    paths.setup,
    {
      config: { ...forEveryone, ...strangerLimit },
      schema: {
        operationId: 'setUp',
        tags,
        summary: 'Make an administrator with a one-time set-up link',
        body: SetUpRequest,
        response: { 204: done },
      },
    },
    async ({ body, ip }, reply) => {
      await setUp.makeAdministrator(body, ip)
      return reply.code(204).send(null)
    },
  )
  server.post(
    paths.setupLinks,
    {
      config: onlyFor('access:write', 'machine'),
      schema: {
        operationId: 'createSetupLink',
        tags,
        summary: "Make a set-up link; only through the hub's local socket",
        response: { 201: SetupLink },
      },
    },
    async ({ caller }, reply) => {
      const { token, expiresAt } = await setUp.makeLink(caller, 'this machine')
      const { apiURL } = await settings.publicNames()
      return reply.code(201).send({ url: `${apiURL}${consolePages.setup(token)}`, expiresAt: expiresAt.toISOString() })
    },
  )
}
