import { ExecutionDetail, ExecutionPage, ExecutionState, limits, LogPage, paths } from '@postern/protocol'
import * as z from 'zod'
import type { Caller, PersonCaller } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import type { Server } from '../http/server.ts'
import { Problem } from '../lib/problem.ts'
import type { Executions } from './executions.ts'

const idText = z.string().regex(/^[1-9]\d{0,17}$/)
const rowsAsked = z.coerce.number().int().min(1).max(limits.pageRowsMax).default(limits.pageRowsDefault)
const executionParams = z.object({ executionId: z.string().max(64) })

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
        querystring: z.object({
          cursor: idText.optional(),
          limit: rowsAsked,
          jobId: idText.optional(),
          environmentId: idText.optional(),
          state: z.optional(ExecutionState),
        }),
        response: { 200: ExecutionPage },
      },
    },
    async (request) => {
      const { cursor, limit, ...filter } = request.query
      const rows = await executions.list(personOf(request.caller), filter, cursor, limit + 1)
      const data = rows.slice(0, limit)
      const last = data.at(-1)
      return { data, ...(rows.length > limit && last !== undefined ? { next: last.id } : {}) }
    },
  )

  server.get(
    paths.execution(':executionId'),
    {
      config: forPeople('executions:read'),
      schema: {
        operationId: 'getExecution',
        tags: ['executions'],
        summary: 'One execution with its attempts, plans and receipts',
        params: executionParams,
        response: { 200: ExecutionDetail },
      },
    },
    async (request) => executions.get(personOf(request.caller).organizationId, request.params.executionId),
  )

  server.post(
    paths.executionCancellation(':executionId'),
    {
      config: forPeople('executions:run'),
      schema: {
        operationId: 'cancelExecution',
        tags: ['executions'],
        summary: 'End an execution: at once while it waits, else by telling its environment server',
        params: executionParams,
        response: { 202: ExecutionDetail },
      },
    },
    async (request, reply) => {
      const caller = personOf(request.caller)
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
        tags: ['executions'],
        summary: 'Log lines in order; pass the cursor back as `after` to read on',
        params: executionParams,
        querystring: z.object({ after: z.string().max(40).optional(), limit: rowsAsked }),
        response: { 200: LogPage },
      },
    },
    async (request) => {
      const { after, limit } = request.query
      return await executions.log(personOf(request.caller).organizationId, request.params.executionId, after, limit)
    },
  )
}

/** The route's rule lets only people in; this says so to the compiler. */
export function personOf(caller: Caller): PersonCaller {
  if ('role' in caller) return caller
  throw new Problem('forbidden', 'This is for people and their API tokens.')
}
