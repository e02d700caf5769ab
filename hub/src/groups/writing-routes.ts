import {
  AssociatedIndicators,
  AssociateIndicators,
  CreateGroup,
  GroupDetail,
  paths,
  WriteGroup,
} from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import { done } from '../http/done.ts'
import { ifMatchHeaders } from '../http/if-match.ts'
import type { Server } from '../http/server.ts'
import { rowId } from '../lib/row-id.ts'
import { type GroupAssociations, plainRelation } from './group-associations.ts'
import { tagOfGroup } from './group-detail.ts'
import type { GroupWriting } from './group-writing.ts'

const tags = ['library']
const config = forPeople('library:write')

export function groupWritingRoutes(server: Server, writing: GroupWriting): void {
  const ofOne = { tags, params: z.object({ groupId: rowId }) }
  server.post(
    paths.groups,
    {
      config,
      schema: {
        operationId: 'createGroup',
        tags,
        summary: "Make a group in an owner's name",
        body: CreateGroup,
        response: { 201: GroupDetail },
      },
    },
    async ({ caller, body, ip }, reply) => {
      const made = await writing.create(person(caller), body, ip)
      return reply.code(201).header('etag', tagOfGroup(made)).send(made)
    },
  )
  server.put(
    paths.group(':groupId'),
    {
      config,
      schema: {
        operationId: 'replaceGroup',
        ...ofOne,
        summary: 'Replace what the owner says of a group; its associations stay',
        headers: ifMatchHeaders,
        body: WriteGroup,
        response: { 200: GroupDetail },
      },
    },
    async ({ caller, params, body, headers, ip }, reply) => {
      const changed = await writing.replace(person(caller), params.groupId, body, headers['if-match'], ip)
      return reply.header('etag', tagOfGroup(changed)).send(changed)
    },
  )
  server.delete(
    paths.group(':groupId'),
    {
      config,
      schema: {
        operationId: 'deleteGroup',
        ...ofOne,
        summary:
          'Delete a group, with its attributes, associations and the sightings that it stands for; its indicators and related groups stay',
        headers: ifMatchHeaders,
        response: { 204: done },
      },
    },
    async ({ caller, params, headers, ip }, reply) => {
      await writing.delete(person(caller), params.groupId, headers['if-match'], ip)
      return reply.code(204).send(null)
    },
  )
}

export function groupAssociationRoutes(server: Server, associations: GroupAssociations): void {
  server.post(
    paths.groupIndicators(':groupId'),
    {
      config,
      schema: {
        operationId: 'associateIndicators',
        tags,
        params: z.object({ groupId: rowId }),
        summary:
          "Say of indicators, by their values, that they belong to a group; of what the group's owner says nothing yet becomes its word too",
        body: AssociateIndicators,
        response: { 200: AssociatedIndicators },
      },
    },
    async ({ caller, params, body, ip }) => associations.addValues(person(caller), params.groupId, body, ip),
  )
  const ofIndicator = {
    tags,
    params: z.object({ groupId: rowId, indicatorId: z.guid() }),
    response: { 204: done },
  }
  server.put(
    paths.groupIndicator(':groupId', ':indicatorId'),
    {
      config,
      schema: {
        operationId: 'associateIndicator',
        ...ofIndicator,
        summary: 'Say of an indicator of the library that it belongs to a group',
      },
    },
    async ({ caller, params, ip }, reply) => {
      await associations.addIndicator(person(caller), params.groupId, params.indicatorId, ip)
      return reply.code(204).send(null)
    },
  )
  server.delete(
    paths.groupIndicator(':groupId', ':indicatorId'),
    {
      config,
      schema: {
        operationId: 'dissociateIndicator',
        ...ofIndicator,
        summary: 'Take back that an indicator belongs to a group; both stay',
      },
    },
    async ({ caller, params, ip }, reply) => {
      await associations.removeIndicator(person(caller), params.groupId, params.indicatorId, ip)
      return reply.code(204).send(null)
    },
  )
  const ofGroups = {
    tags,
    params: z.object({ groupId: rowId, otherId: rowId.describe('Id of the other group, of the same owner') }),
    response: { 204: done },
  }
  const kindWords = "How the first group stands to the other, in STIX's words, such as `uses`"
  server.put(
    paths.groupRelation(':groupId', ':otherId'),
    {
      config,
      schema: {
        operationId: 'relateGroups',
        ...ofGroups,
        querystring: z.object({
          kind: z
            .string()
            .regex(/^[a-z0-9-]{1,100}$/, 'Use small letters, digits and hyphens')
            .default(plainRelation)
            .describe(kindWords),
        }),
        summary: 'Relate a group to another one of its owner',
      },
    },
    async ({ caller, params, query, ip }, reply) => {
      await associations.addGroup(person(caller), params.groupId, params.otherId, query.kind, ip)
      return reply.code(204).send(null)
    },
  )
  server.delete(
    paths.groupRelation(':groupId', ':otherId'),
    {
      config,
      schema: {
        operationId: 'unrelateGroups',
        ...ofGroups,
        querystring: z.object({ kind: z.string().min(1).max(200).default(plainRelation).describe(kindWords) }),
        summary: 'Take back how a group stands to another; both stay',
      },
    },
    async ({ caller, params, query, ip }, reply) => {
      await associations.removeGroup(person(caller), params.groupId, params.otherId, query.kind, ip)
      return reply.code(204).send(null)
    },
  )
}
