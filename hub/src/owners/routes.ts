import { CreateOwner, limits, Owner, OwnerPage, paths } from '@postern/protocol'
import * as z from 'zod'
import type { PersonCaller } from '../access/caller.ts'
import { forPeople, forPeopleAnd } from '../access/permissions.ts'
import type { Server } from '../http/server.ts'
import type { Owners } from './owners.ts'

export function ownerRoutes(server: Server, owners: Owners): void {
  server.get(
    paths.owners,
    {
      config: forPeopleAnd('library:read', 'execution'),
      schema: {
        operationId: 'listOwners',
        tags: ['owners'],
        summary: 'Owners that the caller may read',
        querystring: z.object({
          cursor: z
            .string()
            .regex(/^\d{1,18}$/)
            .optional(),
          limit: z.coerce.number().int().min(1).max(limits.pageRowsMax).default(limits.pageRowsDefault),
        }),
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
    // The rule admits people only.
    async (request, reply) =>
      reply.code(201).send(await owners.create(request.caller as PersonCaller, request.body, request.ip)),
  )
}
