import { ChangeReader, CreatedReader, CreateReader, paths, Reader, ReaderPage } from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import { done } from '../http/done.ts'
import { pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { rowId } from '../lib/row-id.ts'
import type { Readers } from './readers.ts'

const ofOne = { tags: ['readers'], params: z.object({ readerId: rowId }) }

export function readerRoutes(server: Server, readers: Readers): void {
  server.get(
    paths.readers,
    {
      config: forPeople('readers:read'),
      schema: {
        operationId: 'listReaders',
        tags: ['readers'],
        summary: 'Machines that fetch lists and TAXII collections, oldest first',
        querystring: pageQuery(rowId),
        response: { 200: ReaderPage },
      },
    },
    async ({ caller, query }) => readers.list(person(caller), query.cursor, query.limit),
  )
  server.post(
    paths.readers,
    {
      config: forPeople('readers:write'),
      schema: {
        operationId: 'createReader',
        tags: ['readers'],
        summary: 'Add a reader; its credential is shown here and never again',
        body: CreateReader,
        response: { 201: CreatedReader },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await readers.create(person(request.caller), request.body, request.ip)),
  )
  server.get(
    paths.reader(':readerId'),
    {
      config: forPeople('readers:read'),
      schema: {
        operationId: 'getReader',
        ...ofOne,
        summary: 'One reader with what it is granted',
        response: { 200: Reader },
      },
    },
    async (request) => readers.get(person(request.caller), request.params.readerId),
  )
  server.patch(
    paths.reader(':readerId'),
    {
      config: forPeople('readers:write'),
      schema: {
        operationId: 'changeReader',
        ...ofOne,
        summary: 'Switch a reader off or on, or change its networks and what it is granted',
        body: ChangeReader,
        response: { 200: Reader },
      },
    },
    async (request) => readers.change(person(request.caller), request.params.readerId, request.body, request.ip),
  )
  server.delete(
    paths.reader(':readerId'),
    {
      config: forPeople('readers:write'),
      schema: {
        operationId: 'deleteReader',
        ...ofOne,
        summary: 'Remove a reader; its credential ends at once',
        response: { 204: done },
      },
    },
    async (request, reply) => {
      await readers.remove(person(request.caller), request.params.readerId, request.ip)
      return reply.code(204).send(null)
    },
  )
}
