import { Decision, DeprecationRules, IndicatorLifecycle, paths, WriteDecision } from '@postern/protocol'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople } from '../access/permissions.ts'
import type { Server } from '../http/server.ts'
import { rowId } from '../lib/row-id.ts'
import type { Lifecycles } from './lifecycle.ts'

/** An answer without a body. */
const done = z.null()
const indicatorParams = z.object({ indicatorId: z.guid() })
const ownerParams = z.object({ ownerId: rowId })

export function lifecycleRoutes(server: Server, lifecycles: Lifecycles): void {
  server.get(
    paths.indicatorLifecycle(':indicatorId'),
    {
      config: forPeople('library:read'),
      schema: {
        operationId: 'getIndicatorLifecycle',
        tags: ['lifecycle'],
        summary: 'How each owner’s word became what is in force: the arithmetic, term by term',
        params: indicatorParams,
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
        tags: ['lifecycle'],
        summary: 'What a person fixed for an indicator',
        params: indicatorParams,
        response: { 200: Decision },
      },
    },
    async (request) => lifecycles.decisions.get(person(request.caller), request.params.indicatorId),
  )
  server.put(
    paths.indicatorDecision(':indicatorId'),
    {
      config: forPeople('library:write'),
      schema: {
        operationId: 'decide',
        tags: ['lifecycle'],
        summary: 'Fix status, rating, confidence or expiry of an indicator, over all owners',
        params: indicatorParams,
        body: WriteDecision,
        response: { 200: Decision },
      },
    },
    async (request) =>
      lifecycles.decisions.decide(person(request.caller), request.params.indicatorId, request.body, request.ip),
  )
  server.delete(
    paths.indicatorDecision(':indicatorId'),
    {
      config: forPeople('library:write'),
      schema: {
        operationId: 'takeDecisionBack',
        tags: ['lifecycle'],
        summary: 'Take a decision back, so that what is computed holds again',
        params: indicatorParams,
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
        tags: ['owners'],
        summary: 'How assertions of an owner lose confidence',
        params: ownerParams,
        response: { 200: DeprecationRules },
      },
    },
    async (request) => lifecycles.rules.get(person(request.caller), request.params.ownerId),
  )
  server.put(
    paths.ownerDeprecation(':ownerId'),
    {
      config: forPeople('owners:write'),
      schema: {
        operationId: 'replaceDeprecationRules',
        tags: ['owners'],
        summary: 'Replace the rules by which assertions of an owner lose confidence, old and new ones alike',
        params: ownerParams,
        body: DeprecationRules,
        response: { 200: DeprecationRules },
      },
    },
    async (request) =>
      lifecycles.rules.replace(person(request.caller), request.params.ownerId, request.body, request.ip),
  )
}
