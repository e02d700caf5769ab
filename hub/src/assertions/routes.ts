import { paths, StatedAssertion, WriteAssertion } from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import { done } from '../http/done.ts'
import { ifMatchHeaders } from '../http/if-match.ts'
import type { Server } from '../http/server.ts'
import { rowId } from '../lib/row-id.ts'
import type { Assertions } from './assertions.ts'

const ofOne = { tags: ['library'], params: z.object({ indicatorId: z.guid(), ownerId: rowId }) }

export function assertionRoutes(server: Server, assertions: Assertions): void {
  const path = paths.indicatorAssertion(':indicatorId', ':ownerId')
  server.get(
    path,
    {
      config: forPeople('library:read'),
      schema: {
        operationId: 'getAssertion',
        ...ofOne,
        summary: 'What one owner says of an indicator, as it can be changed',
        response: { 200: StatedAssertion },
      },
    },
    async ({ caller, params }, reply) => {
      const { content, tag } = await assertions.get(person(caller), params)
      return reply.header('etag', tag).send(content)
    },
  )
  server.put(
    path,
    {
      config: forPeople('library:write'),
      schema: {
        operationId: 'replaceAssertion',
        ...ofOne,
        summary: 'Replace what one owner says of an indicator; what other owners say of it stays',
        headers: ifMatchHeaders,
        body: WriteAssertion,
        response: { 200: StatedAssertion },
      },
    },
    async ({ caller, params, body, ip, headers }, reply) => {
      const { content, tag } = await assertions.replace(person(caller), params, body, ip, headers['if-match'])
      return reply.header('etag', tag).send(content)
    },
  )
  server.delete(
    path,
    {
      config: forPeople('library:write'),
      schema: {
        operationId: 'deleteAssertion',
        ...ofOne,
        summary: 'Take back all that one owner says of an indicator; when its last owner does, the indicator is gone',
        headers: ifMatchHeaders,
        response: { 204: done },
      },
    },
    async ({ caller, params, ip, headers }, reply) => {
      await assertions.delete(person(caller), params, ip, headers['if-match'])
      return reply.code(204).send(null)
    },
  )
}
