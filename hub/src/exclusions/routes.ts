import {
  ChangeExclusionList,
  CreateExclusionList,
  ExclusionEntryPage,
  ExclusionHitPage,
  ExclusionList,
  ExclusionListPage,
  ExclusionTest,
  ImportedWarningList,
  paths,
  TestExclusions,
} from '@postern/protocol'
import type { FastifyInstance } from 'fastify'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import { done } from '../http/done.ts'
import { pageQuery } from '../http/page-query.ts'
import { ifMatchHeaders } from '../http/if-match.ts'
import type { Server } from '../http/server.ts'
import { pageOf } from '../lib/page.ts'
import { rowId } from '../lib/row-id.ts'
import type { ExclusionLists } from './exclusions.ts'
import { uploadBody } from './upload-body.ts'
import { uploadLimits } from './upload-limits.ts'

const ofOne = { tags: ['exclusions'], params: z.object({ exclusionListId: rowId }) }

const reads = forPeople('library:read')
const writes = forPeople('exclusions:write')

export function exclusionRoutes(server: Server, lists: ExclusionLists): void {
  exclusionListRoutes(server, lists)
  uploadRoutes(server, lists)
  server.post(
    paths.exclusionTest,
    {
      config: reads,
      schema: {
        operationId: 'testExclusions',
        tags: ['exclusions'],
        summary: 'What the enabled lists say of values, without storing anything',
        body: TestExclusions,
        response: { 200: ExclusionTest },
      },
    },
    async (request) => lists.test(person(request.caller), request.body),
  )
}

function exclusionListRoutes(server: Server, lists: ExclusionLists): void {
  server.get(
    paths.exclusionLists,
    {
      config: reads,
      schema: {
        operationId: 'listExclusionLists',
        tags: ['exclusions'],
        summary: 'Exclusion lists, oldest first',
        querystring: pageQuery(rowId),
        response: { 200: ExclusionListPage },
      },
    },
    async (request) => {
      const { cursor, limit: rowsMax } = request.query
      const rows = await lists.list(person(request.caller), cursor, rowsMax + 1)
      return pageOf(rows, rowsMax)
    },
  )
  server.post(
    paths.exclusionLists,
    {
      config: writes,
      schema: {
        operationId: 'createExclusionList',
        tags: ['exclusions'],
        summary: "Make a list of one's own; its entries follow",
        body: CreateExclusionList,
        response: { 201: ExclusionList },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await lists.create(person(request.caller), request.body, request.ip)),
  )
  server.get(
    paths.exclusionList(':exclusionListId'),
    {
      config: reads,
      schema: {
        operationId: 'getExclusionList',
        ...ofOne,
        summary: 'One exclusion list',
        response: { 200: ExclusionList },
      },
    },
    async (request) => lists.get(person(request.caller), request.params.exclusionListId),
  )
  server.patch(
    paths.exclusionList(':exclusionListId'),
    {
      config: writes,
      schema: {
        operationId: 'changeExclusionList',
        ...ofOne,
        summary: 'Change what a list judges and what follows; the library is held against it again',
        body: ChangeExclusionList,
        response: { 200: ExclusionList },
      },
    },
    async (request) => lists.change(person(request.caller), request.params.exclusionListId, request.body, request.ip),
  )
  server.delete(
    paths.exclusionList(':exclusionListId'),
    {
      config: writes,
      schema: {
        operationId: 'deleteExclusionList',
        ...ofOne,
        summary: 'Delete a list; what it kept out is let through again',
        response: { 204: done },
      },
    },
    async (request, reply) => {
      await lists.remove(person(request.caller), request.params.exclusionListId, request.ip)
      return reply.code(204).send(null)
    },
  )
  server.get(
    paths.exclusionEntries(':exclusionListId'),
    {
      config: reads,
      schema: {
        operationId: 'listExclusionEntries',
        ...ofOne,
        summary: 'Entries of a list in their order',
        querystring: pageQuery(z.string().regex(/^\d{1,9}$/)),
        response: { 200: ExclusionEntryPage },
      },
    },
    async (request, reply) => {
      const { cursor, limit: rowsMax } = request.query
      const { rows, tag } = await lists.entries(
        person(request.caller),
        request.params.exclusionListId,
        Number(cursor ?? 0),
        rowsMax + 1,
      )
      const { data, ...next } = pageOf(rows, rowsMax, (row) => String(row.number))
      return reply.header('etag', tag).send({ data: data.map(({ entry, note }) => ({ entry, note })), ...next })
    },
  )
  server.get(
    paths.exclusionHits(':exclusionListId'),
    {
      config: reads,
      schema: {
        operationId: 'listExclusionHits',
        ...ofOne,
        summary:
          'Indicators of the library that a list hits now, each with its entry and the data collections that give it to readers',
        querystring: pageQuery(z.guid()),
        response: { 200: ExclusionHitPage },
      },
    },
    async (request) => {
      const { cursor, limit: rowsMax } = request.query
      const rows = await lists.hits(person(request.caller), request.params.exclusionListId, cursor, rowsMax + 1)
      return pageOf(rows, rowsMax, ({ indicatorId }) => indicatorId)
    },
  )
}

/** A scope of its own: a million entries are read as a stream, with a bound, and parsed off this thread (S14). */
function uploadRoutes(server: Server, lists: ExclusionLists): void {
  server.register(async (scope: FastifyInstance) => {
    scope.removeContentTypeParser('application/json')
    scope.addContentTypeParser('application/json', (_, payload, done) => done(null, payload))
    scope.put<{ Params: { exclusionListId: string }; Headers: { 'if-match'?: string } }>(
      paths.exclusionEntries(':exclusionListId'),
      {
        config: writes,
        bodyLimit: uploadLimits.bodyBytesMax,
        onRequest: lists.places.take,
        schema: {
          operationId: 'writeExclusionEntries',
          ...ofOne,
          summary:
            'Replace all entries of a list of one\'s own by {"entries": [{"entry", "note"}]}, up to a million; all or none. Broad ones such as *.com need "confirm": true, and so does what empties the list or takes away more than half of a protected one',
          headers: ifMatchHeaders,
          response: { 200: ExclusionList },
        },
      },
      async (request, reply) => {
        const caller = person(request.caller)
        const { exclusionListId } = request.params
        const { 'if-match': ifMatch } = request.headers
        const { list, tag } = await lists.places.use(request, async () => {
          // Before a large body is read for nothing.
          await lists.requireEntriesMatch(caller, exclusionListId, ifMatch)
          const body = await uploadBody(request)
          return await lists.writeEntries(caller, exclusionListId, body, request.ip, ifMatch)
        })
        return reply.header('etag', tag).send(list)
      },
    )
    scope.post(
      paths.warningLists,
      {
        config: writes,
        bodyLimit: uploadLimits.bodyBytesMax,
        onRequest: lists.places.take,
        schema: {
          operationId: 'importWarningList',
          tags: ['exclusions'],
          summary: 'Import a warning list as MISP publishes it (list.json); one of the same name is brought up to date',
          response: { 200: ImportedWarningList },
        },
      },
      async (request) =>
        await lists.places.use(
          request,
          async () => await lists.importMisp(person(request.caller), await uploadBody(request), request.ip),
        ),
    )
  })
}
