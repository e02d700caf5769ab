import { ChangeOwner, CreateOwner, Owner, OwnerDetail, OwnerPage, paths } from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople, forPeopleAnd } from '../access/permissions.ts'
import { pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { rowId } from '../lib/row-id.ts'
import type { OwnerRemoval } from './owner-removal.ts'
import type { Owners } from './owners.ts'

const ofOne = { tags: ['owners'], params: z.object({ ownerId: rowId }) }

export function ownerRoutes(server: Server, owners: Owners, removal: OwnerRemoval): void {
  server.get(
    paths.owners,
    {
      config: forPeopleAnd('library:read', 'execution'),
      schema: {
        operationId: 'listOwners',
        tags: ['owners'],
        summary: 'Owners that the caller may read',
        querystring: pageQuery(z.string().regex(/^\d{1,18}$/)),
        response: { 200: OwnerPage },
      },
    },
    async (request) => owners.list(request.caller, request.query),
  )
  server.post(
    paths.owners,
    {
      config: forPeople('owners:write'),
      schema: {
        operationId: 'createOwner',
        tags: ['owners'],
        summary: 'Make an owner',
        body: CreateOwner,
        response: { 201: Owner },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await owners.create(person(request.caller), request.body, request.ip)),
  )
  server.patch(
    paths.owner(':ownerId'),
    {
      config: forPeople('owners:write'),
      schema: {
        operationId: 'changeOwner',
        ...ofOne,
        summary: 'Change an owner’s kind, or the status of what it asserts without saying one',
        body: ChangeOwner,
        response: { 200: Owner },
      },
    },
    async (request) => owners.change(person(request.caller), request.params.ownerId, request.body, request.ip),
  )
  server.get(
    paths.owner(':ownerId'),
    {
      config: forPeople('library:read'),
      schema: {
        operationId: 'getOwner',
        ...ofOne,
        summary: 'One owner, with what it has in the library',
        response: { 200: OwnerDetail },
      },
    },
    async (request) => owners.detail(person(request.caller), request.params.ownerId),
  )
  server.delete(
    paths.owner(':ownerId'),
    {
      config: forPeople('owners:write'),
      schema: {
        operationId: 'removeOwner',
        ...ofOne,
        summary: 'Take an owner out with all that it asserted; nobody writes in its name any more',
        response: { 202: Owner },
      },
    },
    async (request, reply) =>
      reply.code(202).send(await removal.start(person(request.caller), request.params.ownerId, request.ip)),
  )
}
