import { type IndicatorType, indicatorTypes, readIndicatorTypeName } from '@postern/intel'
import {
  ChangeCollection,
  Collection,
  CollectionDetail,
  CollectionHistoryPage,
  CollectionPage,
  CollectionPreview,
  CollectionVersionPage,
  CreateCollection,
  LeftOutValuePage,
  paths,
  PreviewCollection,
  PreviewLeftOut,
  SavedCollection,
} from '@postern/protocol'
import type { FastifyReply } from 'fastify'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople, forPeopleAnd } from '../access/permissions.ts'
import { done } from '../http/done.ts'
import { pageCursor, pageLimit, pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { readTlpMax } from '../lib/tlp-max.ts'
import { Problem } from '../lib/problem.ts'
import { rowId } from '../lib/row-id.ts'
import type { Collections } from './collections.ts'
import type { ValueFilter } from './version-queries.ts'
import type { VersionStream } from './version-stream.ts'

const ofOne = { tags: ['collections'], params: z.object({ collectionId: rowId }) }
const version = z.string().regex(/^[1-9]\d{0,8}$/)
const filterQuery = z.object({ types: z.string().max(500).optional(), tlpMax: z.string().max(20).default('AMBER') })

export function collectionRoutes(server: Server, collections: Collections): void {
  rowRoutes(server, collections)
  changeRoutes(server, collections)
  leftOutRoutes(server, collections)
  historyRoutes(server, collections)
  valueRoutes(server, collections)
}

function rowRoutes(server: Server, collections: Collections): void {
  server.get(
    paths.collections,
    {
      config: forPeopleAnd('collections:read', 'execution'),
      schema: {
        operationId: 'listCollections',
        tags: ['collections'],
        summary: 'Data collections, oldest first; to an export those that its job names',
        querystring: z.object({
          name: z.string().min(1).max(100).optional().describe('A name, or an id'),
          cursor: pageCursor(rowId),
          limit: pageLimit,
        }),
        response: { 200: CollectionPage },
      },
    },
    async (request) => collections.list(request.caller, request.query),
  )
  server.post(
    paths.collections,
    {
      config: forPeople('collections:write'),
      schema: {
        operationId: 'createCollection',
        tags: ['collections'],
        summary: 'Save a TQL query as a data collection',
        body: CreateCollection,
        response: { 201: SavedCollection },
      },
    },
    async (request, reply) => {
      const created = await collections.create(person(request.caller), request.body, request.ip)
      return reply.code(201).send(created)
    },
  )
  server.get(
    paths.collection(':collectionId'),
    {
      config: forPeopleAnd('collections:read', 'execution'),
      schema: {
        operationId: 'getCollection',
        ...ofOne,
        summary: 'One data collection with its newest version, and how many of its members no reader is given',
        response: { 200: CollectionDetail },
      },
    },
    async (request) => collections.get(request.caller, request.params.collectionId),
  )
  server.post(
    paths.collectionRefresh(':collectionId'),
    {
      config: forPeople('collections:write'),
      schema: {
        operationId: 'refreshCollection',
        ...ofOne,
        summary: 'Look at the whole library now; a version is made only if something changed',
        response: { 200: Collection },
      },
    },
    async (request) => collections.refresh(person(request.caller), request.params.collectionId, request.ip),
  )
}

function changeRoutes(server: Server, collections: Collections): void {
  server.patch(
    paths.collection(':collectionId'),
    {
      config: forPeople('collections:write'),
      schema: {
        operationId: 'changeCollection',
        ...ofOne,
        summary: 'Change a data collection; a changed query makes a refresh due at once',
        body: ChangeCollection,
        response: { 200: SavedCollection },
      },
    },
    async ({ caller, params, body, ip }) => collections.change(person(caller), params.collectionId, body, ip),
  )
  server.delete(
    paths.collection(':collectionId'),
    {
      config: forPeople('collections:write'),
      schema: {
        operationId: 'deleteCollection',
        ...ofOne,
        summary: 'Delete a data collection that no job, firewall list or TAXII collection goes by',
        response: { 204: done },
      },
    },
    async ({ caller, params, ip }, reply) => {
      await collections.remove(person(caller), params.collectionId, ip)
      return reply.code(204).send(null)
    },
  )
  server.post(
    paths.collectionPreview,
    {
      config: forPeople('collections:read'),
      schema: {
        operationId: 'previewCollection',
        tags: ['collections'],
        summary: 'What a query would hold, and what would enter and leave a data collection that had it',
        body: PreviewCollection,
        response: { 200: CollectionPreview },
      },
    },
    async ({ caller, body }) => collections.preview(person(caller), body),
  )
}

function leftOutRoutes(server: Server, collections: Collections): void {
  server.get(
    paths.collectionLeftOut(':collectionId'),
    {
      config: forPeople('collections:read'),
      schema: {
        operationId: 'listCollectionLeftOut',
        ...ofOne,
        summary: 'Members of the newest version that readers are not given, and why',
        querystring: z.object({
          tlpMax: z
            .string()
            .max(20)
            .default('RED')
            .describe('What a reader may have: values above it are left out, too'),
          cursor: pageCursor(z.guid()),
          limit: pageLimit,
        }),
        response: { 200: LeftOutValuePage },
      },
    },
    async ({ caller, params, query: { tlpMax, ...page } }) =>
      collections.leftOut(person(caller), params.collectionId, { ...page, tlpMax: readTlpMax(tlpMax) }),
  )
  server.post(
    paths.collectionPreviewLeftOut,
    {
      config: forPeople('collections:read'),
      schema: {
        operationId: 'listPreviewLeftOut',
        tags: ['collections'],
        summary: 'Those of a query that its preview counts as left out, and why',
        body: PreviewLeftOut,
        response: { 200: LeftOutValuePage },
      },
    },
    async ({ caller, body }) => collections.previewLeftOut(person(caller), body),
  )
}

function historyRoutes(server: Server, collections: Collections): void {
  server.get(
    paths.collectionVersions(':collectionId'),
    {
      config: forPeople('collections:read'),
      schema: {
        operationId: 'listCollectionVersions',
        ...ofOne,
        summary: 'Versions of a data collection, newest first',
        querystring: pageQuery(version),
        response: { 200: CollectionVersionPage },
      },
    },
    async ({ caller, params, query }) => collections.versions(person(caller), params.collectionId, query),
  )
  server.get(
    paths.collectionHistory(':collectionId'),
    {
      config: forPeople('collections:read'),
      schema: {
        operationId: 'listCollectionHistory',
        ...ofOne,
        summary: 'What entered and left a data collection and why, newest first',
        querystring: pageQuery(rowId),
        response: { 200: CollectionHistoryPage },
      },
    },
    async ({ caller, params, query }) => collections.history(person(caller), params.collectionId, query),
  )
}

function valueRoutes(server: Server, collections: Collections): void {
  server.get(
    paths.collectionValues(':collectionId', ':version'),
    {
      config: forPeopleAnd('collections:read', 'execution'),
      schema: {
        operationId: 'readCollectionValues',
        tags: ['collections'],
        summary: 'Values of a version as gzip NDJSON in the order of their bytes; the last line says that it is whole',
        params: z.object({ collectionId: rowId, version: z.union([z.literal('latest'), version]) }),
        querystring: filterQuery,
      },
    },
    async (request, reply) => {
      const { params, query, caller } = request
      return send(reply, await collections.values(caller, params.collectionId, params.version, readFilter(query)))
    },
  )
  server.get(
    paths.collectionChanges(':collectionId', ':version'),
    {
      config: forPeopleAnd('collections:read', 'execution'),
      schema: {
        operationId: 'readCollectionChanges',
        tags: ['collections'],
        summary: 'What to add and remove since a version, as gzip NDJSON; the last line says that it is whole',
        params: z.object({ collectionId: rowId, version }),
        querystring: filterQuery,
      },
    },
    async (request, reply) => {
      const { params, query, caller } = request
      return send(reply, await collections.changes(caller, params.collectionId, params.version, readFilter(query)))
    },
  )
}

function send(reply: FastifyReply, { version: number, body }: VersionStream): FastifyReply {
  return reply
    .header('content-type', 'application/x-ndjson')
    .header('content-encoding', 'gzip')
    .header('postern-collection-version', String(number))
    .send(body)
}

function readFilter({ types, tlpMax }: z.infer<typeof filterQuery>): ValueFilter {
  return { types: types === undefined ? undefined : types.split(',').map(readType), tlpMax: readTlpMax(tlpMax) }
}

function readType(name: string): IndicatorType {
  const type = readIndicatorTypeName(name)
  if (type === undefined)
    throw new Problem('invalid', `types: ${name} is no indicator type; there are ${indicatorTypes.join(', ')}.`)
  return type
}
