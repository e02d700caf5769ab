import { limits, paths, StixImport } from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople, forPeopleAnd } from '../access/permissions.ts'
import type { Server } from '../http/server.ts'
import { readTlpMax } from '../lib/tlp-max.ts'
import { Problem } from '../lib/problem.ts'
import { rowId } from '../lib/row-id.ts'
import { keptTextRoutes } from './kept-text-routes.ts'
import { stixFormats, stixMediaTypes } from './stix-format.ts'
import type { Stix } from './stix.ts'

/** What bundles call themselves. */
const bundleTypes = ['application/json', 'application/stix+json', 'application/vnd.oasis.stix+json']

export function stixRoutes(server: Server, stix: Stix): void {
  bundleScope(server, (scope) => importRoute(scope, stix))
  outputRoutes(server, stix)
  keptTextRoutes(server, stix.texts)
}

const outputQuery = z.object({
  specVersion: z.enum(stixFormats).default('2.1'),
  tlpMax: z.string().max(20).default('AMBER').describe('What is marked above this level is left out and counted (D21)'),
})

function outputRoutes(server: Server, stix: Stix): void {
  server.get(
    paths.collectionStix(':collectionId', ':version'),
    {
      config: forPeopleAnd('collections:read', 'execution'),
      schema: {
        operationId: 'exportCollectionStix',
        tags: ['stix'],
        summary: 'Values of a version as a STIX 2.1 or 2.0 bundle, or as a STIX 1.1.1 package; it ends with an account',
        params: z.object({
          collectionId: rowId,
          version: z.union([z.literal('latest'), z.string().regex(/^[1-9]\d{0,8}$/)]),
        }),
        querystring: outputQuery,
      },
    },
    async (request, reply) => {
      const { collectionId, version } = request.params
      const { specVersion: format, tlpMax } = request.query
      const filter = { types: undefined, tlpMax: readTlpMax(tlpMax) }
      const body = await stix.exportCollection(request.caller, collectionId, version, { filter, format })
      return reply.header('content-type', stixMediaTypes[format]).send(body)
    },
  )
  server.get(
    paths.ownerStix(':ownerId'),
    {
      config: forPeople('library:read'),
      schema: {
        operationId: 'exportOwnerStix',
        tags: ['stix'],
        summary: 'Everything that an owner has as STIX: kept texts where nothing contradicts them, else built objects',
        params: z.object({ ownerId: rowId }),
        querystring: outputQuery,
      },
    },
    async (request, reply) => {
      const { specVersion: format, tlpMax } = request.query
      const options = { format, tlpMax: readTlpMax(tlpMax) }
      const body = await stix.exportOwner(person(request.caller), request.params.ownerId, options)
      return reply.header('content-type', stixMediaTypes[format]).send(body)
    },
  )
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
      onRequest: stix.places.take,
      schema: {
        operationId: 'importStixBundle',
        tags: ['stix'],
        summary: 'Bring in a bundle of STIX 2.1 or 2.0; every object of it is in exactly one count',
        querystring: z.object({ owner: z.string().min(1).max(100).describe('Name of the owner who asserts it') }),
        response: { 200: StixImport },
      },
    },
    async (request) =>
      await stix.places.use(request, async () => {
        // The scope's one parser gives bytes; without a body there is none.
        const body = request.body as Buffer | undefined
        if (!Buffer.isBuffer(body)) throw new Problem('invalid', 'Send the bundle as the body, as application/json.')
        return await stix.importBundle(request.caller, request.query.owner, body, request.ip)
      }),
  )
}
