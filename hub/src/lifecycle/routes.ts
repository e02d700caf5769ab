import {
  Decision,
  DeprecationPreview,
  DeprecationRules,
  IndicatorLifecycle,
  paths,
  WriteDecision,
} from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import { done } from '../http/done.ts'
import { ifMatchHeaders } from '../http/if-match.ts'
import type { Server } from '../http/server.ts'
import { rowId } from '../lib/row-id.ts'
import { tagOfDecision } from './decisions.ts'
import type { Lifecycles } from './lifecycle.ts'
import { tagOfRules } from './rules.ts'

const ofIndicator = { tags: ['lifecycle'], params: z.object({ indicatorId: z.guid() }) }
const ofOwner = { tags: ['owners'], params: z.object({ ownerId: rowId }) }

export function lifecycleRoutes(server: Server, lifecycles: Lifecycles): void {
  server.get(
    paths.indicatorLifecycle(':indicatorId'),
    {
      config: forPeople('library:read'),
      schema: {
        operationId: 'getIndicatorLifecycle',
        ...ofIndicator,
        summary: 'How each owner’s word became what is in force: the arithmetic, term by term',
        response: { 200: IndicatorLifecycle },
      },
    },
    async (request) => lifecycles.explain(person(request.caller), request.params.indicatorId),
  )
  server.get(
    paths.indicatorDecision(':indicatorId'),
    {
      config: forPeople('library:read'),
      schema: {
        operationId: 'getDecision',
        ...ofIndicator,
        summary: 'What a person fixed for an indicator',
        response: { 200: Decision },
      },
    },
    async (request, reply) => {
      const decision = await lifecycles.decisions.get(person(request.caller), request.params.indicatorId)
      return reply.header('etag', tagOfDecision(decision)).send(decision)
    },
  )
  server.put(
    paths.indicatorDecision(':indicatorId'),
    {
      config: forPeople('library:write'),
      schema: {
        operationId: 'decide',
        ...ofIndicator,
        summary: 'Fix status, rating, confidence or expiry of an indicator, over all owners',
        headers: ifMatchHeaders,
        body: WriteDecision,
        response: { 200: Decision },
      },
    },
    async ({ caller, params, body, ip, headers }, reply) => {
      const ifMatch = headers['if-match']
      const decision = await lifecycles.decisions.decide(person(caller), params.indicatorId, body, ip, ifMatch)
      return reply.header('etag', tagOfDecision(decision)).send(decision)
    },
  )
  server.delete(
    paths.indicatorDecision(':indicatorId'),
    {
      config: forPeople('library:write'),
      schema: {
        operationId: 'takeDecisionBack',
        ...ofIndicator,
        summary: 'Take a decision back, so that what is computed holds again',
        response: { 204: done },
      },
    },
    async (request, reply) => {
      await lifecycles.decisions.takeBack(person(request.caller), request.params.indicatorId, request.ip)
      return reply.code(204).send(null)
    },
  )
  server.get(
    paths.ownerDeprecation(':ownerId'),
    {
      config: forPeople('library:read'),
      schema: {
        operationId: 'getDeprecationRules',
        ...ofOwner,
        summary: 'How assertions of an owner lose confidence',
        response: { 200: DeprecationRules },
      },
    },
    async (request, reply) => {
      const rules = await lifecycles.rules.get(person(request.caller), request.params.ownerId)
      return reply.header('etag', tagOfRules(rules)).send(rules)
    },
  )
  server.put(
    paths.ownerDeprecation(':ownerId'),
    {
      config: forPeople('owners:write'),
      schema: {
        operationId: 'replaceDeprecationRules',
        ...ofOwner,
        summary: 'Replace the rules by which assertions of an owner lose confidence, old and new ones alike',
        headers: ifMatchHeaders,
        body: DeprecationRules,
        response: { 200: DeprecationRules },
      },
    },
    async ({ caller, params, body, ip, headers }, reply) => {
      const rules = await lifecycles.rules.replace(person(caller), params.ownerId, body, ip, headers['if-match'])
      return reply.header('etag', tagOfRules(rules)).send(rules)
    },
  )
  server.post(
    paths.ownerDeprecationPreview(':ownerId'),
    {
      config: forPeople('owners:write'),
      schema: {
        operationId: 'previewDeprecationRules',
        ...ofOwner,
        summary: 'What rules would do at once to what an owner asserts and to data collections, before they are saved',
        body: DeprecationRules,
        response: { 200: DeprecationPreview },
      },
    },
    async (request) => lifecycles.previewRules(person(request.caller), request.params.ownerId, request.body),
  )
}
