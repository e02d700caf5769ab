import {
  CreatedToken,
  CreateToken,
  CreateUser,
  Me,
  OrganizationPage,
  paths,
  SetupLink,
  SetUpRequest,
  SignInRequest,
  TokenPage,
  User,
  UserPage,
  consolePages,
} from '@postern/protocol'
import * as z from 'zod'
import { done } from '../http/done.ts'
import type { Server } from '../http/server.ts'
import type { Settings } from '../settings/settings.ts'
import type { UserRow } from './access-store.ts'
import { type Access, sessionHours } from './access.ts'
import { sessionCookie } from './authenticate.ts'
import { type Caller, person } from './caller.ts'
import { forEveryone, forPeople, forPeopleAnd, onlyFor } from './permissions.ts'

const signInLimit = { rateLimit: { max: 30, timeWindow: '1 minute' } }

export function accessRoutes(server: Server, access: Access, settings: Settings): void {
  server.post(
    paths.setup,
    {
      config: { ...forEveryone, ...signInLimit },
      schema: {
        operationId: 'setUp',
        tags: ['access'],
        summary: 'Make an administrator with a one-time set-up link',
        body: SetUpRequest,
        response: { 204: done },
      },
    },
    async (request, reply) => {
      await access.setUp(request.body, request.ip)
      return reply.code(204).send(null)
    },
  )
  server.post(
    paths.session,
    {
      config: { ...forEveryone, ...signInLimit },
      schema: {
        operationId: 'signIn',
        tags: ['access'],
        summary: 'Sign in; the session is a cookie',
        body: SignInRequest,
        response: { 204: done },
      },
    },
    async (request, reply) => {
      const { token } = await access.signIn(request.body.username, request.body.password, request.ip)
      // One that the browser had, or that somebody planted in it, ends here.
      const before = request.cookies[sessionCookie]
      if (before !== undefined) await access.signOut(before)
      return reply
        .setCookie(sessionCookie, token, {
          path: '/',
          httpOnly: true,
          secure: true,
          sameSite: 'strict',
          maxAge: sessionHours * 3600,
        })
        .code(204)
        .send(null)
    },
  )
  server.delete(
    paths.session,
    {
      config: forEveryone,
      schema: { operationId: 'signOut', tags: ['access'], summary: 'Sign out', response: { 204: done } },
    },
    async (request, reply) => {
      const token = request.cookies[sessionCookie]
      if (token !== undefined) await access.signOut(token)
      return reply.clearCookie(sessionCookie, { path: '/' }).code(204).send(null)
    },
  )
  server.get(
    paths.me,
    {
      config: forPeopleAnd('self:read', 'execution', 'environment-server'),
      schema: { operationId: 'getMe', tags: ['access'], summary: 'Who the caller is', response: { 200: Me } },
    },
    async (request) => await describeCaller(request.caller, access),
  )
  server.post(
    paths.setupLinks,
    {
      config: onlyFor('access:write', 'machine'),
      schema: {
        operationId: 'createSetupLink',
        tags: ['access'],
        summary: "Make a set-up link; only through the hub's local socket",
        response: { 201: SetupLink },
      },
    },
    async (request, reply) => {
      const { token, expiresAt } = await access.makeSetupLink(request.caller, 'this machine')
      const { apiURL } = await settings.publicNames()
      return reply.code(201).send({ url: `${apiURL}${consolePages.setup(token)}`, expiresAt: expiresAt.toISOString() })
    },
  )
  userRoutes(server, access)
  tokenRoutes(server, access)
}

function userRoutes(server: Server, access: Access): void {
  server.get(
    paths.users,
    {
      config: forPeople('access:write'),
      schema: {
        operationId: 'listUsers',
        tags: ['access'],
        summary: 'Users of the organization',
        response: { 200: UserPage },
      },
    },
    async (request) => ({ data: (await access.users(person(request.caller).organizationId)).map(userToApi) }),
  )
  server.post(
    paths.users,
    {
      config: forPeople('access:write'),
      schema: {
        operationId: 'createUser',
        tags: ['access'],
        summary: 'Add a user',
        body: CreateUser,
        response: { 201: User },
      },
    },
    async (request, reply) =>
      reply.code(201).send(userToApi(await access.createUser(person(request.caller), request.body, request.ip))),
  )
  server.get(
    paths.organizations,
    {
      config: forPeople('access:write'),
      schema: {
        operationId: 'listOrganizations',
        tags: ['access'],
        summary: 'Organizations of this hub',
        response: { 200: OrganizationPage },
      },
    },
    async () => ({ data: await access.organizations() }),
  )
}

function tokenRoutes(server: Server, access: Access): void {
  server.get(
    paths.tokens,
    {
      config: forPeople('access:write'),
      schema: {
        operationId: 'listTokens',
        tags: ['access'],
        summary: 'API tokens in force',
        response: { 200: TokenPage },
      },
    },
    async (request) => ({
      data: (await access.tokens(person(request.caller).organizationId)).map((row) => ({
        id: row.id,
        name: row.name,
        role: row.role as CreateToken['role'],
        createdAt: row.created_at.toISOString(),
        expiresAt: row.expires_at.toISOString(),
        lastUsedAt: row.last_used_at?.toISOString() ?? null,
      })),
    }),
  )
  server.post(
    paths.tokens,
    {
      config: forPeople('access:write'),
      schema: {
        operationId: 'createToken',
        tags: ['access'],
        summary: 'Make an API token; it is shown here and never again',
        body: CreateToken,
        response: { 201: CreatedToken },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await access.createToken(person(request.caller), request.body, request.ip)),
  )
  server.delete(
    paths.token(':tokenId'),
    {
      config: forPeople('access:write'),
      schema: {
        operationId: 'revokeToken',
        tags: ['access'],
        summary: 'Revoke an API token at once',
        params: z.object({ tokenId: z.string().regex(/^\d{1,18}$/) }),
        response: { 204: done },
      },
    },
    async (request, reply) => {
      await access.revokeToken(person(request.caller), request.params.tokenId, request.ip)
      return reply.code(204).send(null)
    },
  )
}

async function describeCaller(caller: Caller, access: Access): Promise<Me> {
  if (caller.kind === 'stranger' || caller.kind === 'reader') {
    throw new Error(`a ${caller.kind} passed the rule of a route for others`)
  }
  const organization = (await access.organizations()).find((each) => each.id === caller.organizationId)
  return {
    kind: caller.kind,
    name: caller.name,
    role: 'role' in caller ? caller.role : null,
    organizationId: caller.organizationId,
    organizationName: organization?.name ?? null,
  }
}

function userToApi(row: UserRow): User {
  return {
    id: row.id,
    username: row.username,
    role: row.role,
    organizationId: row.organization_id,
    createdAt: row.created_at.toISOString(),
    disabledAt: row.disabled_at?.toISOString() ?? null,
  }
}
