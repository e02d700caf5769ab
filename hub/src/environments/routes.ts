import {
  ChangeEnvironment,
  CreateDownload,
  CreateEnvironment,
  downloadHeaders,
  Environment,
  EnvironmentPage,
  paths,
} from '@postern/protocol'
import { forPeople } from '../access/permissions.ts'
import { done } from '../http/done.ts'
import { pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { pageOf } from '../lib/page.ts'
import type { Environments } from './environments.ts'
import { identityRoutes } from './identity-routes.ts'
import { memberOf } from './member-of.ts'
import { environmentId, environmentParams } from './route-params.ts'
import { runtimeRoutes } from './runtimes/runtime-routes.ts'
import { serverRoutes } from './server-routes.ts'

const tags = ['environments']

export function environmentRoutes(server: Server, environments: Environments): void {
  environmentsRoutes(server, environments)
  downloadRoute(server, environments)
  serverRoutes(server, environments)
  identityRoutes(server, environments)
  runtimeRoutes(server, environments.runtimes)
}

function environmentsRoutes(server: Server, environments: Environments): void {
  server.get(
    paths.environments,
    {
      config: forPeople('environments:read'),
      schema: {
        operationId: 'listEnvironments',
        tags,
        summary: "The organization's environments with their servers",
        querystring: pageQuery(environmentId),
        response: { 200: EnvironmentPage },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query
      const rows = await environments.list(memberOf(request), cursor, limit + 1)
      return pageOf(rows, limit)
    },
  )
  server.post(
    paths.environments,
    {
      config: forPeople('environments:write'),
      schema: {
        operationId: 'createEnvironment',
        tags,
        summary: 'Make an environment',
        body: CreateEnvironment,
        response: { 201: Environment },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await environments.create(memberOf(request), request.body, request.ip)),
  )
  server.get(
    paths.environment(':environmentId'),
    {
      config: forPeople('environments:read'),
      schema: {
        operationId: 'getEnvironment',
        tags,
        summary: 'An environment with its servers',
        params: environmentParams,
        response: { 200: Environment },
      },
    },
    async (request) => await environments.get(memberOf(request), request.params.environmentId),
  )
  server.patch(
    paths.environment(':environmentId'),
    {
      config: forPeople('environments:write'),
      schema: {
        operationId: 'changeEnvironment',
        tags,
        summary: 'Give an environment another name or owner, or allow TLS inspection on the way to its servers',
        params: environmentParams,
        body: ChangeEnvironment,
        response: { 200: Environment },
      },
    },
    async (request) =>
      await environments.change(memberOf(request), request.params.environmentId, request.body, request.ip),
  )
  server.delete(
    paths.environment(':environmentId'),
    {
      config: forPeople('environments:write'),
      schema: {
        operationId: 'deleteEnvironment',
        tags,
        summary: 'Delete an environment that no job names; its servers are revoked',
        params: environmentParams,
        response: { 204: done },
      },
    },
    async (request, reply) => {
      await environments.remove(memberOf(request), request.params.environmentId, request.ip)
      return reply.code(204).send(null)
    },
  )
}

function downloadRoute(server: Server, environments: Environments): void {
  server.post(
    paths.environmentDownloads(':environmentId'),
    {
      config: forPeople('environments:write'),
      schema: {
        operationId: 'createDownload',
        tags,
        summary: 'Make a bundle, a configuration or the server file, and answer with it',
        params: environmentParams,
        body: CreateDownload,
      },
    },
    async (request, reply) => {
      const file = await environments.download(
        memberOf(request),
        request.params.environmentId,
        request.body,
        request.ip,
      )
      if (file.warning !== undefined) reply.header(downloadHeaders.warning, file.warning)
      if (file.serverXid !== undefined) reply.header(downloadHeaders.serverXid, file.serverXid)
      return (
        reply
          .type(file.contentType)
          .header('content-disposition', `attachment; filename="${file.fileName}"`)
          // It holds a token that works once.
          .header('cache-control', 'no-store')
          .send(file.content)
      )
    },
  )
}
