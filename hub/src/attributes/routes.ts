import { AttributeType, AttributeTypePage, paths, WriteAttributeType } from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import { done } from '../http/done.ts'
import { ifMatchHeaders } from '../http/if-match.ts'
import { pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { rowId } from '../lib/row-id.ts'
import { type Attributes, tagOfAttributeType } from './attributes.ts'

const ofOne = { tags: ['attributes'], params: z.object({ attributeTypeId: rowId }) }

export function attributeRoutes(server: Server, attributes: Attributes): void {
  server.get(
    paths.attributeTypes,
    {
      config: forPeople('library:read'),
      schema: {
        operationId: 'listAttributeTypes',
        tags: ['attributes'],
        summary: 'Attribute types and what each may hold',
        querystring: pageQuery(rowId),
        response: { 200: AttributeTypePage },
      },
    },
    async (request) => attributes.list(person(request.caller), request.query),
  )
  server.post(
    paths.attributeTypes,
    {
      config: forPeople('owners:write'),
      schema: {
        operationId: 'createAttributeType',
        tags: ['attributes'],
        summary: 'Make an attribute type; batches leave out attributes that break its rules',
        body: WriteAttributeType,
        response: { 201: AttributeType },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await attributes.create(person(request.caller), request.body, request.ip)),
  )
  server.get(
    paths.attributeType(':attributeTypeId'),
    {
      config: forPeople('library:read'),
      schema: {
        operationId: 'getAttributeType',
        ...ofOne,
        summary: 'An attribute type and what it may hold',
        response: { 200: AttributeType },
      },
    },
    async ({ caller, params }, reply) => {
      const type = await attributes.get(person(caller), params.attributeTypeId)
      return reply.header('etag', tagOfAttributeType(type)).send(type)
    },
  )
  server.put(
    paths.attributeType(':attributeTypeId'),
    {
      config: forPeople('owners:write'),
      schema: {
        operationId: 'replaceAttributeType',
        ...ofOne,
        summary: 'Put other rules in place of an attribute type’s; what is written stays',
        headers: ifMatchHeaders,
        body: WriteAttributeType,
        response: { 200: AttributeType },
      },
    },
    async ({ caller, params, body, ip, headers }, reply) => {
      const type = await attributes.replace(person(caller), params.attributeTypeId, body, ip, headers['if-match'])
      return reply.header('etag', tagOfAttributeType(type)).send(type)
    },
  )
  server.delete(
    paths.attributeType(':attributeTypeId'),
    {
      config: forPeople('owners:write'),
      schema: {
        operationId: 'deleteAttributeType',
        ...ofOne,
        summary: 'Delete an attribute type and its rules; attributes of that name stay',
        response: { 204: done },
      },
    },
    async (request, reply) => {
      await attributes.delete(person(request.caller), request.params.attributeTypeId, request.ip)
      return reply.code(204).send(null)
    },
  )
}
