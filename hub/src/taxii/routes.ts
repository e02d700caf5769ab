import { paths } from '@postern/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { onlyFor } from '../access/permissions.ts'
import type { Server } from '../http/server.ts'
import type { ReaderCaller } from '../readers/readers.ts'
import { type Filters, type MatchName, readFilters } from './filters.ts'
import { acceptsTaxii, isTaxiiContent, stixMediaType, taxiiMediaType } from './media-type.ts'
import type { ObjectPage, PageOf } from './object-pages.ts'
import { notTaxii, notThere, replyWithTaxiiError, sendTaxii, TaxiiError } from './taxii-error.ts'
import { taxiiLimits } from './taxii-limits.ts'
import type { GrantedCollection } from './taxii-store.ts'
import type { Taxii } from './taxii.ts'

const rule = { config: onlyFor('taxii:use', 'reader') }
/** Answers are Buffers of exact media types (D17), so that the framework serialises nothing. */
const route = { ...rule, schema: { hide: true } } as const

type Place = { root: string; collection: string; object: string; status: string }

/** Settings that the server needs of the hub: how its own addresses look from outside. */
export type TaxiiNames = { publicNames(): Promise<{ apiURL: string }> }

/** TAXII 2.1 as the standard has it (chapters 4 and 5), its errors included. */
export function taxiiRoutes(server: Server, taxii: Taxii, names: TaxiiNames): void {
  void server.register(async (instance) => {
    const scope = instance as unknown as Server
    scope.setErrorHandler((error, request, reply) => replyWithTaxiiError(error, request, reply))
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(/^application\/taxii\+json/i, { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
    const limited = { max: taxiiLimits.requestsPerMinuteMax, timeWindow: '1 minute', keyGenerator: limitedAs }
    // One count for all routes. Who is nobody's reader has been turned away before.
    scope.addHook('onRequest', scope.rateLimit(limited))
    scope.addHook('preValidation', async (request) => checkAccept(request))
    rootRoutes(scope, taxii, names)
    objectRoutes(scope, taxii)
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
      scope.route({ ...route, method, url: `${paths.taxii}*`, handler: nowhere })
  })
}

async function nowhere(): Promise<never> {
  throw notThere('address')
}

function rootRoutes(server: Server, taxii: Taxii, names: TaxiiNames): void {
  server.get(paths.taxii, route, async (request, reply) => {
    const roots = await taxii.roots(readerOf(request))
    const { apiURL } = await names.publicNames()
    const urls = roots.map(({ name }) => `${apiURL}${paths.taxii}${name}/`)
    return send(reply, {
      title: 'Postern',
      description: 'Threat intelligence that this hub serves to you.',
      ...(urls.length === 0 ? {} : { default: urls[0], api_roots: urls }),
    })
  })
  server.get(`${paths.taxii}:root/`, route, async (request, reply) => {
    const { title, description } = await taxii.root(readerOf(request), placeOf(request).root)
    return send(reply, {
      title,
      ...(description === null ? {} : { description }),
      versions: [taxiiMediaType],
      max_content_length: taxiiLimits.bodyBytesMax,
    })
  })
  server.get(`${paths.taxii}:root/status/:status/`, route, async (request, reply) => {
    const { root, status } = placeOf(request)
    return send(reply, await taxii.status(readerOf(request), root, status))
  })
  server.get(`${paths.taxii}:root/collections/`, route, async (request, reply) => {
    const collections = await taxii.collections(readerOf(request), placeOf(request).root)
    return send(reply, collections.length === 0 ? {} : { collections: collections.map(collectionToTaxii) })
  })
  server.get(`${paths.taxii}:root/collections/:collection/`, route, async (request, reply) => {
    const { root, collection } = placeOf(request)
    return send(reply, collectionToTaxii(await taxii.collection(readerOf(request), root, collection)))
  })
}

function objectRoutes(server: Server, taxii: Taxii): void {
  const collection = `${paths.taxii}:root/collections/:collection/`
  const ofCollection: MatchName[] = ['id', 'type', 'version', 'spec_version']
  for (const [name, what] of [
    ['objects', 'object'],
    ['manifest', 'manifest'],
  ] as const) {
    server.get(`${collection}${name}/`, route, async (request, reply) => {
      const filters = filtersOf(request, ofCollection)
      return sendPage(reply, what, await taxii.objects(readerOf(request), placeOf(request), what, filters))
    })
  }
  server.get(`${collection}objects/:object/`, route, async (request, reply) => {
    const filters = filtersOf(request, ['version', 'spec_version'])
    return sendPage(reply, 'object', await taxii.object(readerOf(request), placeOf(request), 'object', filters))
  })
  server.get(`${collection}objects/:object/versions/`, route, async (request, reply) => {
    // 5.8: every version is one of the answer.
    const filters: Filters = { ...filtersOf(request, ['spec_version']), versions: 'all' }
    return sendPage(reply, 'version', await taxii.object(readerOf(request), placeOf(request), 'version', filters))
  })
  server.post(`${collection}objects/`, { ...route, bodyLimit: taxiiLimits.bodyBytesMax }, async (request, reply) => {
    if (!isTaxiiContent(request.headers['content-type']) || !Buffer.isBuffer(request.body)) {
      throw notTaxii()
    }
    const status = await taxii.add(readerOf(request), placeOf(request), request.body, request.ip)
    return send(reply.code(202), status)
  })
  server.delete(`${collection}objects/:object/`, route, async (request, reply) => {
    const filters = filtersOf(request, ['version', 'spec_version'])
    const isNamed = queryOf(request)['match[version]'] !== undefined
    const place = placeOf(request)
    await taxii.remove(readerOf(request), place, isNamed ? filters : { ...filters, versions: 'all' }, request.ip)
    return sendTaxii(reply, '')
  })
}

function collectionToTaxii({ id, title, description, alias, canRead, canWrite, ownerId }: GrantedCollection): object {
  return {
    id,
    title,
    ...(description === null ? {} : { description }),
    ...(alias === null ? {} : { alias }),
    can_read: canRead,
    can_write: canWrite,
    // What we make is 2.1; an owner's objects are served as they came.
    media_types: (ownerId === null ? ['2.1'] : ['2.1', '2.0']).map(stixMediaType),
  }
}

/** The envelope (3.7), the manifest (5.3.1) or the versions (5.8.1): `more`, `next` and a list that is absent where it would be empty. */
function sendPage(reply: FastifyReply, what: PageOf, page: ObjectPage): FastifyReply {
  if (page.items === '') return sendTaxii(reply, '{}')
  const list = what === 'version' ? 'versions' : 'objects'
  const next = page.more ? `"more":true,"next":"${page.next}"` : '"more":false'
  return sendTaxii(
    reply.header('x-taxii-date-added-first', page.addedFirst).header('x-taxii-date-added-last', page.addedLast),
    `{${next},"${list}":[${page.items}]}`,
  )
}

function send(reply: FastifyReply, resource: object): FastifyReply {
  return sendTaxii(reply, JSON.stringify(resource))
}

function checkAccept(request: FastifyRequest): void {
  if (acceptsTaxii(request.headers.accept)) return
  throw new TaxiiError(406, 'Not acceptable', `This server answers as ${taxiiMediaType}; take that in Accept.`)
}

function filtersOf(request: FastifyRequest, names: readonly MatchName[]): Filters {
  return readFilters(queryOf(request), names)
}

function queryOf(request: FastifyRequest): Readonly<Record<string, unknown>> {
  return request.query as Record<string, unknown>
}

function placeOf(request: FastifyRequest): Place {
  return request.params as Place
}

function limitedAs(request: FastifyRequest): string {
  return `reader ${readerOf(request).readerId}`
}

/** The routes' rule lets nobody else in. */
function readerOf({ caller }: FastifyRequest): ReaderCaller {
  if (caller.kind !== 'reader') throw new Error(`a route for readers was reached by ${caller.kind}`)
  return caller
}
