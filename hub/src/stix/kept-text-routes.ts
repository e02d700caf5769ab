import { KeptTextDetail, KeptTextPage, paths } from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import { pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { rowId } from '../lib/row-id.ts'
import type { KeptTexts } from './kept-texts.ts'

const query = pageQuery(rowId).extend({
  owner: rowId.optional().describe('Id of the owner who sent them'),
  type: z.string().min(1).max(250).optional().describe('Type of the objects, such as `x-mitre-asset`'),
  outcome: z.enum(['mapped', 'kept']).optional().describe('`kept`: those that the library has no place for'),
  text: z.string().min(1).max(200).optional().describe('What stands in them, whatever its case'),
})

export function keptTextRoutes(server: Server, texts: KeptTexts): void {
  server.get(
    paths.keptTexts,
    {
      config: forPeople('library:read'),
      schema: {
        operationId: 'listKeptTexts',
        tags: ['stix'],
        summary: 'STIX objects as their owners sent them, newest first; a page may be short and have another behind it',
        querystring: query,
        response: { 200: KeptTextPage },
      },
    },
    async ({ caller, query: { cursor, limit, owner, ...filter } }) =>
      texts.page(person(caller), { ...filter, ownerId: owner }, cursor, limit),
  )
  server.get(
    paths.keptText(':keptTextId'),
    {
      config: forPeople('library:read'),
      schema: {
        operationId: 'getKeptText',
        tags: ['stix'],
        summary: 'One STIX object as its owner sent it',
        params: z.object({ keptTextId: rowId }),
        response: { 200: KeptTextDetail },
      },
    },
    async ({ caller, params }) => texts.one(person(caller), params.keptTextId),
  )
}
