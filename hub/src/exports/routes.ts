import {
  CreatePlan,
  CreateReceipt,
  DiffValue,
  DiffValuePage,
  Instant,
  paths,
  Plan,
  PlanDecision,
  PlanPage,
  PlanState,
  Receipt,
  ReceiptDays,
  ReceiptPage,
  ReceiptProof,
  ReceiptState,
  UpdatePlanState,
} from '@postern/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { person } from '../access/caller.ts'
import { forPeople, forPeopleAnd, onlyFor } from '../access/permissions.ts'
import { ndjsonBody, ndjsonScope } from '../http/ndjson-scope.ts'
import { pageQuery } from '../http/page-query.ts'
import type { Server } from '../http/server.ts'
import { pageOf } from '../lib/page.ts'
import { rowId } from '../lib/row-id.ts'
import type { Exports } from './exports.ts'

const ofPlan = { tags: ['exports'], params: z.object({ planId: z.string().max(64) }) }
const ofReceipt = { tags: ['exports'], params: z.object({ receiptId: z.string().max(64) }) }
const filter = { controlId: rowId.optional(), executionId: rowId.optional(), target: z.string().max(200).optional() }
/** Days that one look over time covers at most. */
const receiptDaysMax = 366
const valuesQuery = pageQuery(z.string().max(20)).extend({
  change: z.optional(DiffValue.shape.change),
  contains: z.string().min(1).max(500).optional(),
})

/** An export writes plans and receipts of its control; people read them and decide. */
export function exportRoutes(server: Server, exports: Exports): void {
  planRoutes(server, exports)
  receiptRoutes(server, exports)
}

function planRoutes(server: Server, exports: Exports): void {
  const { plans } = exports
  server.get(
    paths.plans,
    {
      config: forPeopleAnd('exports:read', 'execution'),
      schema: {
        operationId: 'listPlans',
        tags: ['exports'],
        summary: 'Plans, newest first',
        querystring: pageQuery(rowId).extend({ ...filter, state: z.optional(PlanState) }),
        response: { 200: PlanPage },
      },
    },
    async (request) => {
      const { cursor, limit, ...wanted } = request.query
      return pageOf(await plans.list(request.caller, wanted, cursor, limit + 1), limit)
    },
  )
  server.post(
    paths.plans,
    {
      config: onlyFor('exports:write', 'execution'),
      schema: {
        operationId: 'createPlan',
        tags: ['exports'],
        summary: 'Make a plan; its values follow',
        body: CreatePlan,
        response: { 201: Plan },
      },
    },
    async (request, reply) => reply.code(201).send(await plans.create(request.caller, request.body)),
  )
  server.get(
    paths.plan(':planId'),
    {
      config: forPeopleAnd('exports:read', 'execution'),
      schema: {
        operationId: 'getPlan',
        ...ofPlan,
        summary: 'One plan',
        response: { 200: Plan },
      },
    },
    async (request) => plans.get(request.caller, request.params.planId),
  )
  server.put(
    paths.planState(':planId'),
    {
      config: onlyFor('exports:write', 'execution'),
      schema: {
        operationId: 'updatePlanState',
        ...ofPlan,
        summary: 'Say how applying went',
        body: UpdatePlanState,
        response: { 200: Plan },
      },
    },
    async (request) => plans.update(request.caller, request.params.planId, request.body),
  )
  server.post(
    paths.planDecision(':planId'),
    {
      config: forPeople('plans:decide'),
      schema: {
        operationId: 'decidePlan',
        ...ofPlan,
        summary: 'Approve or refuse a waiting plan; approving starts an execution',
        body: PlanDecision,
        response: { 200: Plan },
      },
    },
    async (request) => plans.decide(person(request.caller), request.params.planId, request.body, request.ip),
  )
  server.get(
    paths.planValues(':planId'),
    {
      config: forPeopleAnd('exports:read', 'execution'),
      schema: {
        operationId: 'readPlanValues',
        ...ofPlan,
        summary:
          'What the plan adds and removes: a page as JSON, or with "Accept: application/x-ndjson" the whole list',
        querystring: valuesQuery,
      },
    },
    async (request, reply) => await sendValues(exports, 'plan', request.params.planId, request.query, request, reply),
  )
  ndjsonScope(server, (scope) => {
    scope.put(
      paths.planValues(':planId'),
      {
        config: onlyFor('exports:write', 'execution'),
        schema: {
          operationId: 'putPlanValues',
          ...ofPlan,
          summary: 'The values of a plan, gzip NDJSON, sorted by their bytes',
          response: { 200: Plan },
        },
      },
      async (request) => plans.putValues(request.caller, request.params.planId, ndjsonBody(request)),
    )
  })
}

function receiptRoutes(server: Server, exports: Exports): void {
  const { receipts } = exports
  server.get(
    paths.receipts,
    {
      config: forPeopleAnd('exports:read', 'execution'),
      schema: {
        operationId: 'listReceipts',
        tags: ['exports'],
        summary: 'Receipts, newest first',
        querystring: pageQuery(rowId).extend({
          ...filter,
          state: z.optional(ReceiptState),
          from: z.optional(Instant).describe('Written at this instant or later'),
          until: z.optional(Instant).describe('Written before this instant'),
        }),
        response: { 200: ReceiptPage },
      },
    },
    async (request) => {
      const { cursor, limit, ...wanted } = request.query
      return pageOf(await receipts.list(request.caller, wanted, cursor, limit + 1), limit)
    },
  )
  server.get(
    paths.receiptDays,
    {
      config: forPeople('exports:read'),
      schema: {
        operationId: 'listReceiptDays',
        tags: ['exports'],
        summary: 'How receipts came out, day by day of UTC, the last day today',
        querystring: z.object({
          controlId: filter.controlId,
          target: filter.target,
          days: z.coerce.number().int().min(1).max(receiptDaysMax).default(30),
        }),
        response: { 200: ReceiptDays },
      },
    },
    async (request) => {
      const { days, ...wanted } = request.query
      return { data: await receipts.days(request.caller, wanted, days) }
    },
  )
  server.post(
    paths.receipts,
    {
      config: onlyFor('exports:write', 'execution'),
      schema: {
        operationId: 'createReceipt',
        tags: ['exports'],
        summary: 'Say what a control was found to hold; the values follow',
        body: CreateReceipt,
        response: { 201: Receipt },
      },
    },
    async (request, reply) => reply.code(201).send(await receipts.create(request.caller, request.body)),
  )
  server.get(
    paths.receipt(':receiptId'),
    {
      config: forPeopleAnd('exports:read', 'execution'),
      schema: {
        operationId: 'getReceipt',
        ...ofReceipt,
        summary: 'One receipt',
        response: { 200: Receipt },
      },
    },
    async (request) => receipts.get(request.caller, request.params.receiptId),
  )
  server.get(
    paths.receiptProof(':receiptId'),
    {
      config: forPeople('exports:read'),
      schema: {
        operationId: 'getReceiptProof',
        ...ofReceipt,
        summary: 'What anybody needs to check the signature of a receipt without the hub',
        response: { 200: ReceiptProof },
      },
    },
    async (request) => receipts.proof(request.caller, request.params.receiptId),
  )
  server.get(
    paths.receiptValues(':receiptId'),
    {
      config: forPeopleAnd('exports:read', 'execution'),
      schema: {
        operationId: 'readReceiptValues',
        ...ofReceipt,
        summary:
          'Missing, extra, refused and left-out values: a page as JSON, or with "Accept: application/x-ndjson" the whole list',
        querystring: valuesQuery,
      },
    },
    async (request, reply) =>
      await sendValues(exports, 'receipt', request.params.receiptId, request.query, request, reply),
  )
  ndjsonScope(server, (scope) => {
    scope.put(
      paths.receiptValues(':receiptId'),
      {
        config: onlyFor('exports:write', 'execution'),
        schema: {
          operationId: 'putReceiptValues',
          ...ofReceipt,
          summary: 'Every missing, extra and refused value, and what the app left out, gzip NDJSON',
          response: { 200: Receipt },
        },
      },
      async (request) => receipts.putValues(request.caller, request.params.receiptId, ndjsonBody(request)),
    )
  })
}

async function sendValues(
  exports: Exports,
  kind: 'plan' | 'receipt',
  id: string,
  { cursor, limit, ...wanted }: z.infer<typeof valuesQuery>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  if (request.headers.accept?.includes('application/x-ndjson') === true) {
    const values = await exports.values(request.caller, kind, id)
    return await reply.header('content-type', 'application/x-ndjson').header('content-encoding', 'gzip').send(values)
  }
  const found = await exports.valuesPage(request.caller, kind, id, wanted, cursor, limit)
  return await reply.type('application/json').send(z.parse(DiffValuePage, found))
}
