import {
  ChangeEnvironment,
  CreateDownload,
  CreateEnvironment,
  downloadHeaders,
  EnrolmentRequest,
  EnrolmentResponse,
  Environment,
  EnvironmentPage,
  EnvironmentServer,
  MoveRequest,
  MoveResponse,
  paths,
  RenewalRequest,
  RenewalResponse,
  RevokeEnvironmentServer,
} from '@postern/protocol'
import type { FastifyRequest } from 'fastify'
import * as z from 'zod'
import { forEveryone, forPeople, onlyFor } from '../access/permissions.ts'
import { bearerOf } from '../http/bearer.ts'
import { pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { pageOf } from '../lib/page.ts'
import { Problem } from '../lib/problem.ts'
import type { Environments, Member } from './environments.ts'

const tags = ['environments']
const id = z.string().regex(/^\d{1,18}$/)
const environmentParams = z.object({ environmentId: id })
const serverParams = z.object({ environmentId: id, serverXid: id })
/** Enrolments that one address may try in a minute; tokens of 256 bits need no more, the audit does. */
const enrolmentsPerMinuteMax = 20
/** Certificates that one address may ask for in a minute: hundreds of servers behind it. */
const renewalsPerMinuteMax = 600

export function environmentRoutes(server: Server, environments: Environments): void {
  environmentsRoutes(server, environments)
  downloadRoute(server, environments)
  serverRoutes(server, environments)
  enrolmentRoute(server, environments)
  moveRoute(server, environments)
  renewalRoute(server, environments)
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
        querystring: pageQuery(id),
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
        summary: 'Give an environment another name or owner',
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
        response: { 204: z.null() },
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

function serverRoutes(server: Server, environments: Environments): void {
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
  const orders = [
    {
      method: 'POST',
      path: paths.environmentServerConfirmation,
      operationId: 'confirmEnvironmentServer',
      summary: 'Say that the fingerprint of its key was compared; executions may then be placed on it',
      act: environments.confirm,
    },
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

function enrolmentRoute(server: Server, environments: Environments): void {
  server.post(
    paths.enrolments,
    {
      config: { ...forEveryone, rateLimit: { max: enrolmentsPerMinuteMax, timeWindow: '1 minute' } },
      schema: {
        operationId: 'enrol',
        tags,
        summary: "An environment server's one enrolment, by the token of its bundle",
        body: EnrolmentRequest,
        response: { 201: EnrolmentResponse },
      },
    },
    async (request, reply) => {
      const token = bearerOf(request, 'Send the enrolment token of the bundle as a bearer token.')
      return reply.code(201).send(await environments.enrol(token, request.body, request.ip))
    },
  )
}

function moveRoute(server: Server, environments: Environments): void {
  server.post(
    paths.moves,
    {
      config: { ...forEveryone, rateLimit: { max: enrolmentsPerMinuteMax, timeWindow: '1 minute' } },
      schema: {
        operationId: 'move',
        tags,
        summary:
          "An environment server's move to another environment, by the token of its .env and the key that it has",
        body: MoveRequest,
        response: { 200: MoveResponse },
      },
    },
    async (request) =>
      await environments.move(
        bearerOf(request, 'Send the move token of the .env as a bearer token.'),
        request.body,
        request.ip,
      ),
  )
}

function renewalRoute(server: Server, environments: Environments): void {
  server.post(
    paths.renewals,
    {
      config: {
        ...onlyFor('attempts:write', 'environment-server'),
        rateLimit: { max: renewalsPerMinuteMax, timeWindow: '1 minute' },
      },
      schema: {
        operationId: 'renewCertificate',
        tags,
        summary: "An environment server's next client certificate, by its token and the key that it has",
        body: RenewalRequest,
        response: { 200: RenewalResponse },
      },
    },
    async ({ caller, body, ip }) => {
      if (caller.kind !== 'environment-server') throw new Problem('forbidden', 'This is for environment servers.')
      return await environments.renew(caller, body, ip)
    },
  )
}

/** Rules of these routes let in people alone, so there is an organization. */
function memberOf(request: FastifyRequest): Member {
  if (request.caller.kind === 'stranger') throw new Problem('unauthenticated', 'Sign in first.')
  return request.caller
}
