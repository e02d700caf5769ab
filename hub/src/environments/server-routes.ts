import { ConfirmEnvironmentServer, EnvironmentServer, paths, RevokeEnvironmentServer } from '@postern/protocol'
import { forPeople } from '../access/permissions.ts'
import type { Server } from '../http/server.ts'
import type { Environments } from './environments.ts'
import { memberOf } from './member-of.ts'
import { serverParams } from './route-params.ts'

const tags = ['environments']

/** What people ask and decide about one server. */
export function serverRoutes(server: Server, environments: Environments): void {
  server.get(
    paths.environmentServer(':environmentId', ':serverXid'),
    {
      config: forPeople('environments:read'),
      schema: {
        operationId: 'getEnvironmentServer',
        tags,
        summary: 'An environment server',
        params: serverParams,
        response: { 200: EnvironmentServer },
      },
    },
    async (request) =>
      await environments.getServer(memberOf(request), request.params.environmentId, request.params.serverXid),
  )
  server.post(
    paths.environmentServerRevocation(':environmentId', ':serverXid'),
    {
      config: forPeople('environments:write'),
      schema: {
        operationId: 'revokeEnvironmentServer',
        tags,
        summary:
          'Take its identity away; only enrolling it anew brings it back. With a time, what its keys signed since is doubtful',
        params: serverParams,
        querystring: RevokeEnvironmentServer,
        response: { 200: EnvironmentServer },
      },
    },
    async (request) => {
      const { environmentId, serverXid } = request.params
      return await environments.revoke(memberOf(request), environmentId, serverXid, request.ip, request.query)
    },
  )
  server.post(
    paths.environmentServerConfirmation(':environmentId', ':serverXid'),
    {
      config: forPeople('environments:write'),
      schema: {
        operationId: 'confirmEnvironmentServer',
        tags,
        summary: 'Say which fingerprint of its key was compared; executions may then be placed on it',
        params: serverParams,
        body: ConfirmEnvironmentServer,
        response: { 200: EnvironmentServer },
      },
    },
    async (request) => {
      const { environmentId, serverXid } = request.params
      return await environments.confirm(memberOf(request), environmentId, serverXid, request.body, request.ip)
    },
  )
  const orders = [
    {
      method: 'POST',
      path: paths.environmentServerDrain,
      operationId: 'drainEnvironmentServer',
      summary: 'Place nothing more on it; what it runs ends by itself',
      act: environments.drain,
    },
    {
      method: 'DELETE',
      path: paths.environmentServerDrain,
      operationId: 'resumeEnvironmentServer',
      summary: 'Place executions on it again',
      act: environments.resume,
    },
  ] as const
  for (const { method, path, operationId, summary, act } of orders) {
    server.route({
      method,
      url: path(':environmentId', ':serverXid'),
      config: forPeople('environments:write'),
      schema: { operationId, tags, summary, params: serverParams, response: { 200: EnvironmentServer } },
      handler: async (request) =>
        await act(memberOf(request), request.params.environmentId, request.params.serverXid, request.ip),
    })
  }
}
