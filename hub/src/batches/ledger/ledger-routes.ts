import { Ledger, LedgerItemPage, LedgerOutcome, paths, Unmapped } from '@postern/protocol'
import * as z from 'zod'
import { forPeopleAnd, onlyFor } from '../../access/permissions.ts'
import { done } from '../../http/done.ts'
import { pageCursor, pageLimit } from '../../http/page-query.ts'
import type { Server } from '../../http/server.ts'
import type { Ledgers } from './ledger.ts'

const params = z.object({ executionId: z.string().regex(/^\d{1,18}$/) })

export function ledgerRoutes(server: Server, ledgers: Ledgers): void {
  server.get(
    paths.executionLedger(':executionId'),
    {
      config: forPeopleAnd('executions:read', 'execution'),
      schema: {
        operationId: 'getLedger',
        tags: ['executions'],
        summary: 'What became of what an execution sent',
        params,
        response: { 200: Ledger },
      },
    },
    async (request) => ledgers.sums(request.caller, request.params.executionId),
  )
  server.get(
    paths.executionLedgerItems(':executionId'),
    {
      config: forPeopleAnd('executions:read', 'execution'),
      schema: {
        operationId: 'listLedgerItems',
        tags: ['executions'],
        summary: 'The items of a ledger with one outcome',
        params,
        querystring: z.object({
          outcome: z.enum(LedgerOutcome.options).default('refused'),
          cursor: pageCursor(z.string().max(40)),
          limit: pageLimit,
        }),
        response: { 200: LedgerItemPage },
      },
    },
    async (request) => ledgers.items(request.caller, request.params.executionId, request.query),
  )
  server.put(
    paths.executionUnmapped(':executionId'),
    {
      config: onlyFor('library:write', 'execution'),
      schema: {
        operationId: 'setUnmapped',
        tags: ['executions'],
        summary: 'What the app of an execution could not map, in whole',
        params,
        body: Unmapped,
        response: { 204: done },
      },
    },
    async (request, reply) => {
      await ledgers.setUnmapped(request.caller, request.params.executionId, request.body)
      return reply.code(204).send(null)
    },
  )
}
