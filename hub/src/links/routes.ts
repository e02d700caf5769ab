import { paths } from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import { sameFile } from '../batches/content/link-rows.ts'
import { done } from '../http/done.ts'
import type { Server } from '../http/server.ts'
import type { Links } from './links.ts'

const ofOne = {
  tags: ['library'],
  params: z.object({ indicatorId: z.guid(), linkedId: z.guid() }),
  querystring: z.object({
    owner: z.string().min(1).max(100).optional().describe('Name of the owner that asserts the link, where several do'),
    kind: z.string().min(1).max(200).default(sameFile),
  }),
  response: { 204: done },
}

export function linkRoutes(server: Server, links: Links): void {
  const path = paths.indicatorLink(':indicatorId', ':linkedId')
  server.delete(
    path,
    {
      config: forPeople('library:write'),
      schema: {
        operationId: 'takeBackLink',
        ...ofOne,
        summary: 'Take back what an owner says of two indicators, as that they are hashes of the same file',
      },
    },
    async (request, reply) => {
      await links.takeBack(person(request.caller), { ...request.params, ...request.query }, request.ip)
      return reply.code(204).send(null)
    },
  )
  server.put(
    path,
    {
      config: forPeople('library:write'),
      schema: {
        operationId: 'restoreLink',
        ...ofOne,
        summary: 'Say that two hashes are of the same file, or put a link in again that was taken back',
      },
    },
    async (request, reply) => {
      await links.put(person(request.caller), { ...request.params, ...request.query }, request.ip)
      return reply.code(204).send(null)
    },
  )
}
