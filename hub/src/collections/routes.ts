import { pipeline, Readable } from 'node:stream'
import { createGzip, constants } from 'node:zlib'
import { indicatorTypes, parseIndicatorType, tlpLevels } from '@postern/intel'
import { Collection, CollectionPage, CreateCollection, limits, paths } from '@postern/protocol'
import type { Pool } from 'pg'
import * as z from 'zod'
import type { PersonCaller } from '../access/caller.ts'
import { forPeople, forPeopleAnd } from '../access/permissions.ts'
import type { Db } from '../database/database.ts'
import type { Server } from '../http/server.ts'
import { Problem } from '../lib/problem.ts'
import { collectionChanges } from './collection-changes.ts'
import { collectionValues } from './collection-values.ts'
import type { Collections } from './collections.ts'

/** Names the version that `latest` stood for. */
export const versionHeader = 'postern-collection-version'

const id = z.string().regex(/^\d{1,18}$/, 'a collection id is a number')
const version = z.string().regex(/^(?:latest|\d{1,9})$/, 'a version is a number or "latest"')
const tlpMax = z.enum(tlpLevels).optional()
const limit = z.coerce.number().int().min(1).max(limits.pageRowsMax).default(limits.pageRowsDefault)

const ChangePage = z.object({
  data: z.array(
    z.object({
      number: z.string(),
      version: z.number().int(),
      change: z.enum(['entered', 'departed']),
      type: z.string(),
      value: z.string(),
    }),
  ),
  next: z.string().optional(),
})

export function collectionRoutes(server: Server, { collections, pool, db }: { collections: Collections; pool: Pool; db: Db }): void {
  queryRoutes(server, collections)
  valueRoutes(server, collections, pool, db)
}

function queryRoutes(server: Server, collections: Collections): void {
  server.get(
    paths.collections,
    {
      config: forPeopleAnd('collections:read', 'execution'),
      schema: {
        operationId: 'listCollections',
        tags: ['collections'],
        summary: 'Data collections that the caller may read',
        querystring: z.object({ name: z.string().max(64).optional(), cursor: id.optional(), limit }),
        response: { 200: CollectionPage },
      },
    },
    async (request) => collections.list(request.caller, request.query),
  )
  server.post(
    paths.collections,
    {
      config: forPeople('collections:write'),
      bodyLimit: 2 * 1024 * 1024,
      schema: {
        operationId: 'createCollection',
        tags: ['collections'],
        summary: 'Save a query as a data collection',
        body: CreateCollection,
        response: { 201: Collection },
      },
    },
    // The rule admits people only.
    async (request, reply) => reply.code(201).send(await collections.create(request.caller as PersonCaller, request.body, request.ip)),
  )
  server.get(
    paths.collection(':collectionId'),
    {
      config: forPeopleAnd('collections:read', 'execution'),
      schema: {
        operationId: 'getCollection',
        tags: ['collections'],
        summary: 'One data collection',
        params: z.object({ collectionId: id }),
        response: { 200: Collection },
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
        tags: ['collections'],
        summary: 'Refresh a data collection in full, now',
        params: z.object({ collectionId: id }),
        response: { 200: Collection },
      },
    },
    async (request) => collections.refresh(request.caller, request.params.collectionId, request.ip),
  )
}

function valueRoutes(server: Server, collections: Collections, pool: Pool, db: Db): void {
  server.get(
    paths.collectionValues(':collectionId', ':version'),
    {
      config: forPeopleAnd('collections:read', 'execution'),
      schema: {
        operationId: 'readCollectionValues',
        tags: ['collections'],
        summary: 'The values of a version: gzip NDJSON, sorted by bytes, closed by count and SHA-256',
        params: z.object({ collectionId: id, version }),
        querystring: z.object({ types: z.string().max(500).optional(), tlpMax }),
      },
    },
    async (request, reply) => {
      const collection = await collections.visible(request.caller, request.params.collectionId)
      const types = readTypes(request.query.types)
      const number = await collections.resolveVersion(collection, request.params.version)
      const lines = collectionValues(pool, {
        collectionId: collection.id,
        organizationId: collection.organization_id,
        version: number,
        types,
        tlpMax: await collections.tlpLimit(request.caller, request.query.tlpMax),
      })
      const gzip = createGzip({ level: constants.Z_BEST_SPEED })
      // A stream that breaks lacks its last line, by which the reader knows.
      pipeline(Readable.from(lines, { objectMode: false }), gzip, (error) => {
        if (error) request.log.warn({ err: error, collectionId: collection.id }, 'a stream of values was cut')
      })
      return reply
        .header('content-type', 'application/x-ndjson')
        .header('content-encoding', 'gzip')
        .header(versionHeader, String(number))
        .send(gzip)
    },
  )
  server.get(
    paths.collectionChanges(':collectionId', ':version'),
    {
      config: forPeopleAnd('collections:read', 'execution'),
      schema: {
        operationId: 'listCollectionChanges',
        tags: ['collections'],
        summary: 'What entered and departed between two versions, by consecutive numbers',
        params: z.object({ collectionId: id, version }),
        querystring: z.object({ since: z.coerce.number().int().min(0).default(0), cursor: id.optional(), limit, tlpMax }),
        response: { 200: ChangePage },
      },
    },
    async (request, reply) => {
      const { since, cursor, limit: rowsMax, tlpMax: level } = request.query
      const collection = await collections.visible(request.caller, request.params.collectionId)
      const number = await collections.resolveVersion(collection, request.params.version)
      if (since > 0) await collections.resolveVersion(collection, String(since))
      const rows = await collectionChanges(db, {
        collectionId: collection.id,
        organizationId: collection.organization_id,
        since,
        version: number,
        after: cursor ?? '0',
        tlpMax: await collections.tlpLimit(request.caller, level),
        limit: rowsMax + 1,
      })
      const data = rows.slice(0, rowsMax)
      const last = data.at(-1)
      reply.header(versionHeader, String(number))
      return { data, ...(rows.length > rowsMax && last !== undefined ? { next: last.number } : {}) }
    },
  )
}

function readTypes(text: string | undefined): string[] | undefined {
  if (text === undefined || text === '') return undefined
  return text.split(',').map((name) => {
    const type = parseIndicatorType(name)
    if (type === undefined) throw new Problem('invalid', `${name.slice(0, 50)} is no indicator type; there are ${indicatorTypes.join(', ')}.`)
    return type
  })
}
