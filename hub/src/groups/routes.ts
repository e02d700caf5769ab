import { GroupDetail, GroupPage, paths, SearchGroups } from '@postern/protocol'
import * as z from 'zod'
import { forPeopleAnd } from '../access/permissions.ts'
import { pageCursor, pageLimit, queryInAddress } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { rowId } from '../lib/row-id.ts'
import { tagOfGroup } from './group-detail.ts'
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
          tql: queryInAddress,
          cursor: pageCursor(rowId),
          limit: pageLimit,
        }),
        response: { 200: GroupPage },
      },
    },
    async ({ caller, query }) => groups.search(caller, query),
  )
  server.post(
    paths.groupSearch,
    {
      config: forPeopleAnd('library:read', 'execution'),
      schema: {
        operationId: 'searchGroups',
        tags: ['library'],
        summary: 'Groups that a TQL query finds, also one that is too long for an address',
        body: SearchGroups,
        response: { 200: GroupPage },
      },
    },
    async ({ caller, body }) => groups.search(caller, body),
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
    async ({ caller, params }, reply) => {
      const detail = await groups.detail(caller, params.groupId)
      return reply.header('etag', tagOfGroup(detail)).send(detail)
    },
  )
}
