import { Me, OrganizationPage, paths, SignInRequest } from '@postern/protocol'
import { done } from '../http/done.ts'
import type { Server } from '../http/server.ts'
import type { Settings } from '../settings/settings.ts'
import { type Access, sessionHours } from './access.ts'
import type { Accounts } from './accounts.ts'
import { sessionCookie } from './authenticate.ts'
import type { Caller } from './caller.ts'
import { ownMailAddressRoutes } from './own-mail-address-routes.ts'
import { passwordRoutes } from './passwords/password-routes.ts'
import { forEveryone, forPeople, forPeopleAnd } from './permissions.ts'
import type { SetUp } from './set-up.ts'
import { setUpRoutes } from './set-up-routes.ts'
import { strangerLimit } from './sign-in-limits.ts'
import { apiTokenRoutes } from './api-token-routes.ts'
import { userRoutes } from './user-routes.ts'

const tags = ['access']

export type AccessFeatures = Accounts & { access: Access; setUp: SetUp }

/** Everything about who comes in: set-up, sessions, users and their passwords, API tokens. */
export function accessRoutes(server: Server, features: AccessFeatures, settings: Pick<Settings, 'publicNames'>): void {
  setUpRoutes(server, features.setUp, settings)
  sessionRoutes(server, features.access)
  userRoutes(server, features.users)
  passwordRoutes(server, features.passwordLinks, features.passwordRequests)
  ownMailAddressRoutes(server, features.ownMailAddress)
  apiTokenRoutes(server, features.apiTokens)
}

function sessionRoutes(server: Server, access: Access): void {
  server.post(
    paths.session,
    {
      config: { ...forEveryone, ...strangerLimit },
      schema: {
        operationId: 'signIn',
        tags,
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
      schema: { operationId: 'signOut', tags, summary: 'Sign out', response: { 204: done } },
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
      schema: { operationId: 'getMe', tags, summary: 'Who the caller is', response: { 200: Me } },
    },
    async (request) => await describeCaller(request.caller, access),
  )
  server.get(
    paths.organizations,
    {
      config: forPeople('access:write'),
      schema: {
        operationId: 'listOrganizations',
        tags,
        summary: 'Organizations of this hub',
        response: { 200: OrganizationPage },
      },
    },
    async () => ({ data: await access.organizations() }),
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
