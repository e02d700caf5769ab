import { limits, paths, StixImport } from '@postern/protocol'
import * as z from 'zod'
import { forPeopleAnd } from '../access/permissions.ts'
import type { Server } from '../http/server.ts'
import { Problem } from '../lib/problem.ts'
import type { Stix } from './stix.ts'

/** What bundles call themselves. */
const bundleTypes = ['application/json', 'application/stix+json', 'application/vnd.oasis.stix+json']

export function stixRoutes(server: Server, stix: Stix): void {
  bundleScope(server, (scope) => importRoute(scope, stix))
}

/** Bodies are bundles, bounded while they come in and parsed off this thread. */
function bundleScope(server: Server, routes: (scope: Server) => void): void {
  void server.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(bundleTypes, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    routes(scope as unknown as Server)
  })
}

function importRoute(scope: Server, stix: Stix): void {
  scope.post(
    paths.stixBundles,
    {
      config: forPeopleAnd('library:write', 'execution'),
      bodyLimit: limits.batchBytesMax,
      schema: {
        operationId: 'importStixBundle',
        tags: ['stix'],
        summary: 'Bring in a bundle of STIX 2.1 or 2.0; every object of it is in exactly one count',
        querystring: z.object({ owner: z.string().min(1).max(100).describe('Name of the owner who asserts it') }),
        response: { 200: StixImport },
      },
    },
    async (request) => {
      // The scope's one parser gives bytes; without a body there is none.
      const body = request.body as Buffer | undefined
      if (!Buffer.isBuffer(body)) throw new Problem('invalid', 'Send the bundle as the body, as application/json.')
      return stix.importBundle(request.caller, request.query.owner, body, request.ip)
    },
  )
}
