import { AttemptResult, paths, tcexPaths } from '@postern/protocol'
import * as z from 'zod'
import { onlyFor } from '../access/permissions.ts'
import type { Caller } from '../access/caller.ts'
import { done } from '../http/done.ts'
import { ndjsonBody, ndjsonScope } from '../http/ndjson-scope.ts'
import type { Server } from '../http/server.ts'
import { Problem } from '../lib/problem.ts'
import type { Executions } from './executions.ts'

const attemptParams = z.object({
  executionId: z.string().max(64),
  attempt: z.coerce.number().int().min(1).max(1_000_000),
})

/** What environment servers deliver about attempts, over HTTPS until it is acknowledged. */
export function attemptRoutes(server: Server, executions: Executions): void {
  ndjsonScope(server, (scope) => {
    scope.post(
      paths.attemptLog(':executionId', ':attempt'),
      {
        config: onlyFor('attempts:write', 'environment-server'),
        schema: {
          operationId: 'deliverLog',
          tags: ['attempts'],
          summary: 'A chunk of log, gzip NDJSON; the same chunk again changes nothing',
          params: attemptParams,
          response: { 204: done },
        },
      },
      async (request, reply) => {
        const { executionId, attempt } = request.params
        await executions.receiveLog(serverOf(request.caller), executionId, attempt, ndjsonBody(request))
        return reply.code(204).send(null)
      },
    )
  })

  server.put(
    paths.attemptResult(':executionId', ':attempt'),
    {
      config: onlyFor('attempts:write', 'environment-server'),
      // Kept values: 64 KB each.
      bodyLimit: 8 * 1024 * 1024,
      schema: {
        operationId: 'deliverResult',
        tags: ['attempts'],
        summary: 'How an attempt ended; the same result again changes nothing',
        params: attemptParams,
        body: AttemptResult,
        response: { 204: done },
      },
    },
    async (request, reply) => {
      const { executionId, attempt } = request.params
      await executions.acceptResult(serverOf(request.caller), executionId, attempt, request.body)
      return reply.code(204).send(null)
    },
  )
}

/** T1: tells the executions how each of an app's requests to the batch API ended. Call it before the routes are added. */
export function watchBatchRequests(server: Server, executions: Executions): void {
  const path = `${tcexPaths.base}${tcexPaths.createAndUpload}`
  server.addHook('onResponse', async (request, reply) => {
    if (request.caller?.kind !== 'execution' || request.routeOptions.url !== path) return
    const length = Number(request.headers['content-length'] ?? 0)
    await executions.noteRequest(request.caller, reply.statusCode, Number.isSafeInteger(length) ? length : 0)
  })
}

function serverOf(caller: Caller): string {
  if (caller.kind === 'environment-server') return caller.serverXid
  throw new Problem('forbidden', 'This is for environment servers.')
}
