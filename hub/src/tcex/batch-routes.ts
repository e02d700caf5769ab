import { Readable } from 'node:stream'
import { limits, tcexPaths } from '@postern/protocol'
import type { FastifyInstance } from 'fastify'
import type { Caller } from '../access/caller.ts'
import { forPeopleAnd } from '../access/permissions.ts'
import { batchSender } from '../batches/batch-sender.ts'
import type { Batches, BatchSender } from '../batches/batches.ts'
import type { Server } from '../http/server.ts'
import { Problem } from '../lib/problem.ts'
import { noRightTo, type Owners } from '../owners/owners.ts'
import { batchAnswer } from './batch-status.ts'
import { collect, configBytesMax, readConfig, readParts } from './batch-upload.ts'
import { replyWithTcexError } from './error-reply.ts'
import { indicatorTypesAnswer } from './indicator-types.ts'
import { replyJson } from './json-reply.ts'

/** Multipart framing beside the content. */
const framingBytesMax = 1_000_000
const writes = forPeopleAnd('library:write', 'execution')
const reads = forPeopleAnd('library:read', 'execution')

/** ThreatConnect's batch API as TcEx 2, 3 and 4 speak it. A scope of its own: its errors and bodies are ThreatConnect's. */
export function batchRoutes(server: Server, { batches, owners }: { batches: Batches; owners: Owners }): void {
  server.register(async (scope: FastifyInstance) => {
    scope.setErrorHandler(replyWithTcexError)
    // Uploads are JSON whatever they call themselves; they are read as a stream, with a bound, and parsed off this thread.
    for (const type of ['application/json', 'application/octet-stream']) {
      if (scope.hasContentTypeParser(type)) scope.removeContentTypeParser(type)
      scope.addContentTypeParser(type, (_, payload, done) => done(null, payload))
    }
    submitRoutes(scope, batches, owners)
    readRoutes(scope, batches)
  })
}

function submitRoutes(scope: FastifyInstance, batches: Batches, owners: Owners): void {
  scope.post(
    path(tcexPaths.createAndUpload),
    { config: writes, bodyLimit: limits.batchBytesMax + framingBytesMax, schema: hidden('submitBatch') },
    async (request, reply) => {
      const { config, content } = await readParts(request)
      const sender = await senderOf(owners, request.caller, config.owner)
      return replyJson(reply, 200, batchAnswer(await batches.submit(sender, config, content), true))
    },
  )
  scope.post(
    path(tcexPaths.batch('').replace(/\/$/, '')),
    { config: writes, schema: hidden('createBatch') },
    async (request, reply) => {
      const config = readConfig(await collect(streamOf(request.body), configBytesMax))
      const sender = await senderOf(owners, request.caller, config.owner)
      return replyJson(reply, 201, {
        status: 'Success',
        data: { batchId: Number(await batches.create(sender, config)) },
      })
    },
  )
  scope.post<{ Params: { batchId: string } }>(
    path(tcexPaths.batch(':batchId')),
    { config: writes, bodyLimit: limits.batchBytesMax, schema: hidden('uploadBatch') },
    async (request, reply) => {
      const batch = await batches.get(organizationOf(request.caller), batchId(request.params))
      const config = readConfig(batch.config)
      const sender = await senderOf(owners, request.caller, config.owner)
      const content = await collect(streamOf(request.body), limits.batchBytesMax)
      await batches.upload(sender, batch.id, content)
      return replyJson(reply, 202, { status: 'Queued' })
    },
  )
}

function readRoutes(scope: FastifyInstance, batches: Batches): void {
  scope.get<{ Params: { batchId: string } }>(
    path(tcexPaths.batch(':batchId')),
    { config: reads, schema: hidden('getBatch') },
    async (request, reply) => {
      const batch = await batches.visible(request.caller, batchId(request.params))
      return replyJson(reply, 200, batchAnswer(batch, false))
    },
  )
  scope.get<{ Params: { batchId: string } }>(
    path(tcexPaths.batchErrors(':batchId')),
    { config: reads, schema: hidden('listBatchErrors') },
    async (request, reply) => {
      const batch = await batches.visible(request.caller, batchId(request.params))
      if (batch.state !== 'completed')
        return replyJson(reply, 400, { status: 'Invalid', description: 'The batch has not been completed.' })
      const errors = await batches.errors(batch.id)
      return replyJson(
        reply,
        200,
        errors.map(({ code, reason }) => ({ errorReason: reason, errorSource: code })),
      )
    },
  )
  scope.get(path(tcexPaths.indicatorTypes), { config: reads, schema: hidden('listIndicatorTypes') }, async (_, reply) =>
    replyJson(reply, 200, indicatorTypesAnswer),
  )
}

function path(tcexPath: string): string {
  return `${tcexPaths.base}${tcexPath}`
}

/** ThreatConnect's own documents describe these; ours names them only. */
function hidden(operationId: string) {
  return { operationId, tags: ['threatconnect'], hide: true }
}

function batchId({ batchId: id }: { batchId: string }): string {
  if (!/^\d{1,18}$/.test(id)) throw new Problem('not-found', 'There is no such batch.')
  return id
}

function organizationOf(caller: Caller): string {
  if (caller.kind === 'stranger') throw new Problem('forbidden', 'Only people and executions send batches.')
  return caller.organizationId
}

async function senderOf(owners: Owners, caller: Caller, ownerName: string): Promise<BatchSender> {
  const owner = await owners.writable(caller, ownerName).catch((error: unknown) => {
    // ThreatConnect answers an unknown owner as one without the right, also to people.
    throw error instanceof Problem && error.code === 'not-found' ? noRightTo(ownerName) : error
  })
  return batchSender(caller, owner)
}

function streamOf(body: unknown): Readable {
  if (body instanceof Readable) return body
  throw new Problem('invalid', 'Send JSON as the body, with Content-Type application/json or application/octet-stream.')
}
