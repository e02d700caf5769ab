import { ChangeUser, CreateUser, InvitedUser, InviteUser, PasswordLink, paths, User, UserPage } from '@postern/protocol'
import * as z from 'zod'
import { pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { pageOf } from '../lib/page.ts'
import { rowId } from '../lib/row-id.ts'
import { person } from './caller.ts'
import { forPeople } from './permissions.ts'
import type { Users } from './users.ts'

const tags = ['access']
const params = z.object({ userId: rowId })

export function userRoutes(server: Server, users: Users): void {
  server.get(
    paths.users,
    {
      config: forPeople('access:write'),
      schema: {
        operationId: 'listUsers',
        tags,
        summary: 'Users of the organization',
        querystring: pageQuery(rowId),
        response: { 200: UserPage },
      },
    },
    async ({ caller, query: { cursor, limit } }) =>
      pageOf(await users.list(person(caller).organizationId, cursor, limit + 1), limit),
  )
  server.post(
    paths.users,
    {
      config: forPeople('access:write'),
      schema: {
        operationId: 'createUser',
        tags,
        summary: 'Add a user',
        body: CreateUser,
        response: { 201: User },
      },
    },
    async ({ caller, body, ip }, reply) => reply.code(201).send(await users.create(person(caller), body, ip)),
  )
  server.post(
    paths.invitations,
    {
      config: forPeople('access:write'),
      schema: {
        operationId: 'inviteUser',
        tags,
        summary:
          'Add a user who chooses the password by a link, which is mailed, or shown here once where mail is not set up',
        body: InviteUser,
        response: { 201: InvitedUser },
      },
    },
    async ({ caller, body, ip }, reply) => reply.code(201).send(await users.invite(person(caller), body, ip)),
  )
  server.patch(
    paths.user(':userId'),
    {
      config: forPeople('access:write'),
      schema: {
        operationId: 'changeUser',
        tags,
        summary: 'Change the role or the mail address of a user, disable or enable one',
        params,
        body: ChangeUser,
        response: { 200: User },
      },
    },
    async ({ caller, params: { userId }, body, ip }) => await users.change(person(caller), userId, body, ip),
  )
  server.post(
    paths.userPasswordLinks(':userId'),
    {
      config: forPeople('access:write'),
      schema: {
        operationId: 'createPasswordLink',
        tags,
        summary:
          'Make a link by which a user chooses a password; it ends the older one, and is mailed or shown here once',
        params,
        response: { 201: PasswordLink },
      },
    },
    async ({ caller, params: { userId }, ip }, reply) =>
      reply.code(201).send(await users.giveLink(person(caller), userId, ip)),
  )
}
