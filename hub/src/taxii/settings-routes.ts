import {
  ChangeTaxiiCollection,
  ChangeTaxiiRoot,
  CreateTaxiiCollection,
  CreateTaxiiRoot,
  paths,
  TaxiiCollectionSettings,
  TaxiiCollectionSettingsPage,
  TaxiiRoot,
  TaxiiRootPage,
} from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import { done } from '../http/done.ts'
import { pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { rowId } from '../lib/row-id.ts'
import type { TaxiiSettings } from './taxii-settings.ts'

const taxiiCollectionId = z.guid()

/** How people set up what the TAXII server serves. */
export function taxiiSettingsRoutes(server: Server, taxii: TaxiiSettings): void {
  rootRoutes(server, taxii)
  server.get(
    paths.taxiiCollections,
    {
      config: forPeople('readers:read'),
      schema: {
        operationId: 'listTaxiiCollections',
        tags: ['readers'],
        summary: 'TAXII collections, oldest first',
        querystring: pageQuery(taxiiCollectionId),
        response: { 200: TaxiiCollectionSettingsPage },
      },
    },
    async ({ caller, query }) => taxii.collections(person(caller), query.cursor, query.limit),
  )
  server.post(
    paths.taxiiCollections,
    {
      config: forPeople('readers:write'),
      schema: {
        operationId: 'createTaxiiCollection',
        tags: ['readers'],
        summary: 'Serve a data collection over TAXII to read, or an owner to read and write',
        body: CreateTaxiiCollection,
        response: { 201: TaxiiCollectionSettings },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await taxii.createCollection(person(request.caller), request.body, request.ip)),
  )
  server.get(
    paths.taxiiCollection(':taxiiCollectionId'),
    {
      config: forPeople('readers:read'),
      schema: {
        operationId: 'getTaxiiCollection',
        tags: ['readers'],
        summary: 'One TAXII collection',
        params: z.object({ taxiiCollectionId }),
        response: { 200: TaxiiCollectionSettings },
      },
    },
    async ({ caller, params }) => taxii.collection(person(caller), params.taxiiCollectionId),
  )
  server.patch(
    paths.taxiiCollection(':taxiiCollectionId'),
    {
      config: forPeople('readers:write'),
      schema: {
        operationId: 'changeTaxiiCollection',
        tags: ['readers'],
        summary: 'Change how a collection is called, what it serves and who is granted it',
        params: z.object({ taxiiCollectionId }),
        body: ChangeTaxiiCollection,
        response: { 200: TaxiiCollectionSettings },
      },
    },
    async ({ caller, params, body, ip }) => taxii.changeCollection(person(caller), params.taxiiCollectionId, body, ip),
  )
  server.delete(
    paths.taxiiCollection(':taxiiCollectionId'),
    {
      config: forPeople('readers:write'),
      schema: {
        operationId: 'deleteTaxiiCollection',
        tags: ['readers'],
        summary: 'Serve a collection no longer; what it was made of stays',
        params: z.object({ taxiiCollectionId }),
        response: { 204: done },
      },
    },
    async (request, reply) => {
      await taxii.removeCollection(person(request.caller), request.params.taxiiCollectionId, request.ip)
      return reply.code(204).send(null)
    },
  )
}

function rootRoutes(server: Server, taxii: TaxiiSettings): void {
  server.get(
    paths.taxiiRoots,
    {
      config: forPeople('readers:read'),
      schema: {
        operationId: 'listTaxiiRoots',
        tags: ['readers'],
        summary: 'API roots of the TAXII server, oldest first',
        querystring: pageQuery(rowId),
        response: { 200: TaxiiRootPage },
      },
    },
    async ({ caller, query }) => taxii.roots(person(caller), query.cursor, query.limit),
  )
  server.post(
    paths.taxiiRoots,
    {
      config: forPeople('readers:write'),
      schema: {
        operationId: 'createTaxiiRoot',
        tags: ['readers'],
        summary: 'Add an API root',
        body: CreateTaxiiRoot,
        response: { 201: TaxiiRoot },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await taxii.createRoot(person(request.caller), request.body, request.ip)),
  )
  server.get(
    paths.taxiiRoot(':rootId'),
    {
      config: forPeople('readers:read'),
      schema: {
        operationId: 'getTaxiiRoot',
        tags: ['readers'],
        summary: 'One API root',
        params: z.object({ rootId: rowId }),
        response: { 200: TaxiiRoot },
      },
    },
    async ({ caller, params }) => taxii.root(person(caller), params.rootId),
  )
  server.patch(
    paths.taxiiRoot(':rootId'),
    {
      config: forPeople('readers:write'),
      schema: {
        operationId: 'changeTaxiiRoot',
        tags: ['readers'],
        summary: 'Change what an API root says of itself',
        params: z.object({ rootId: rowId }),
        body: ChangeTaxiiRoot,
        response: { 200: TaxiiRoot },
      },
    },
    async ({ caller, params, body, ip }) => taxii.changeRoot(person(caller), params.rootId, body, ip),
  )
  server.delete(
    paths.taxiiRoot(':rootId'),
    {
      config: forPeople('readers:write'),
      schema: {
        operationId: 'deleteTaxiiRoot',
        tags: ['readers'],
        summary: 'Remove an API root that has no collections',
        params: z.object({ rootId: rowId }),
        response: { 204: done },
      },
    },
    async (request, reply) => {
      await taxii.removeRoot(person(request.caller), request.params.rootId, request.ip)
      return reply.code(204).send(null)
    },
  )
}
