import { AddRuntime, limits, paths, Platform, Runtime, RuntimeList } from '@postern/protocol'
import * as z from 'zod'
import { person } from '../../access/caller.ts'
import { forPeople } from '../../access/permissions.ts'
import { done } from '../../http/done.ts'
import type { Server } from '../../http/server.ts'
import { Problem } from '../../lib/problem.ts'
import type { Runtimes } from './runtimes.ts'

const tags = ['environments']

export function runtimeRoutes(server: Server, runtimes: Runtimes): void {
  server.get(
    paths.runtimes,
    {
      config: forPeople('environments:read'),
      schema: {
        operationId: 'listRuntimes',
        tags,
        summary: 'The Node.js that bundles carry, one a platform; the first for whoever chooses none',
        response: { 200: RuntimeList },
      },
    },
    async ({ caller }) => ({ runtimes: await runtimes.list(person(caller).organizationId) }),
  )
  server.delete(
    paths.runtime(':platform'),
    {
      config: forPeople('runtimes:write'),
      schema: {
        operationId: 'removeRuntime',
        tags,
        summary: 'Remove what was added for a platform; bundles that are there already keep theirs',
        params: z.object({ platform: Platform }),
        response: { 204: done },
      },
    },
    async (request, reply) => {
      await runtimes.remove(request.caller, request.params.platform, request.ip)
      return reply.code(204).send(null)
    },
  )
  // A scope of its own: no other route takes bodies of this size and kind.
  void server.register(async (scope) => {
    scope.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
    // Fastify's register gives the scope without the type provider, which is the same as the server's.
    addRoute(scope as unknown as Server, runtimes)
  })
}

function addRoute(scope: Server, runtimes: Runtimes): void {
  scope.post(
    paths.runtimes,
    {
      config: forPeople('runtimes:write'),
      bodyLimit: limits.runtimeBytesMax,
      onRequest: runtimes.places.take,
      schema: {
        operationId: 'addRuntime',
        tags,
        summary:
          'Add the Node.js of a platform from its archive (node-v<version>-<platform>.tar.gz), or another version',
        querystring: AddRuntime,
        response: { 201: Runtime },
      },
    },
    async (request, reply) =>
      await runtimes.places.use(request, async () => {
        const { body, query } = request
        if (!Buffer.isBuffer(body) || body.length === 0)
          throw new Problem('invalid', 'Send the archive as the body, with Content-Type application/octet-stream.')
        return reply.code(201).send(await runtimes.add(request.caller, body, query.sha256, request.ip))
      }),
  )
}
