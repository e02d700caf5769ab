import { GroupDetail, GroupPage, paths } from '@postern/protocol'
import * as z from 'zod'
import { forPeopleAnd } from '../access/permissions.ts'
import { pageCursor, pageLimit } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { rowId } from '../lib/row-id.ts'
import type { Groups } from './groups.ts'

export function groupRoutes(server: Server, groups: Groups): void {
  server.get(
    paths.groups,
    {
      config: forPeopleAnd('library:read', 'execution'),
      schema: {
        operationId: 'listGroups',
        tags: ['library'],
        summary: 'Groups that a TQL query finds, newest first',
        querystring: z.object({
          tql: z.string().max(1_000_000).optional(),
          cursor: pageCursor(rowId),
          limit: pageLimit,
        }),
        response: { 200: GroupPage },
      },
    },
    async (request) => groups.search(request.caller, request.query),
  )
  server.get(
    paths.group(':groupId'),
    {
      config: forPeopleAnd('library:read', 'execution'),
      schema: {
        operationId: 'getGroup',
        tags: ['library'],
        summary: 'One group: what its owner says of it, and how it is related to others',
        params: z.object({ groupId: rowId }),
        response: { 200: GroupDetail },
      },
    },
    async (request) => groups.detail(request.caller, request.params.groupId),
  )
}
