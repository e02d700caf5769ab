import { ExecutionDetail, ExecutionPage, ExecutionState, LogPage, paths } from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import { pageLimit, pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { pageOf } from '../lib/page.ts'
import { rowId } from '../lib/row-id.ts'
import type { Executions } from './executions.ts'

const ofOne = { tags: ['executions'], params: z.object({ executionId: z.string().max(64) }) }

/** What people do with executions. */
export function executionRoutes(server: Server, executions: Executions): void {
  server.get(
    paths.executions,
    {
      config: forPeople('executions:read'),
      schema: {
        operationId: 'listExecutions',
        tags: ['executions'],
        summary: 'Executions of your organization, newest first',
        querystring: pageQuery(rowId).extend({
          jobId: rowId.optional(),
          environmentId: rowId.optional(),
          state: z.optional(ExecutionState),
        }),
        response: { 200: ExecutionPage },
      },
    },
    async (request) => {
      const { cursor, limit, ...filter } = request.query
      const rows = await executions.list(person(request.caller), filter, cursor, limit + 1)
      return pageOf(rows, limit)
    },
  )

  server.get(
    paths.execution(':executionId'),
    {
      config: forPeople('executions:read'),
      schema: {
        operationId: 'getExecution',
        ...ofOne,
        summary: 'One execution with its attempts, plans and receipts',
        response: { 200: ExecutionDetail },
      },
    },
    async (request) => executions.get(person(request.caller).organizationId, request.params.executionId),
  )

  server.post(
    paths.executionCancellation(':executionId'),
    {
      config: forPeople('executions:run'),
      schema: {
        operationId: 'cancelExecution',
        ...ofOne,
        summary: 'End an execution: at once while it waits, else by telling its environment server',
        response: { 202: ExecutionDetail },
      },
    },
    async (request, reply) => {
      const caller = person(request.caller)
      await executions.cancel(caller, request.params.executionId, request.ip)
      return reply.code(202).send(await executions.get(caller.organizationId, request.params.executionId))
    },
  )

  server.get(
    paths.executionLog(':executionId'),
    {
      config: forPeople('executions:read'),
      schema: {
        operationId: 'readExecutionLog',
        ...ofOne,
        summary: 'Log lines in order; pass the cursor back as `after` to read on',
        querystring: z.object({ after: z.string().max(40).optional(), limit: pageLimit }),
        response: { 200: LogPage },
      },
    },
    async (request) => {
      const { after, limit } = request.query
      return await executions.log(person(request.caller).organizationId, request.params.executionId, after, limit)
    },
  )
}
