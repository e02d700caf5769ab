import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import {
  type CreateReceipt,
  type IndicatorDetail,
  type IndicatorExports,
  type IndicatorOnTarget,
  paths,
  type ReceiptValue,
} from '@postern/protocol'
import type { Caller, PersonCaller } from '../access/caller.ts'
import type { BatchRow } from '../batches/batch-store.ts'
import { type Collections, createCollections } from '../collections/collections.ts'
import { createExclusions, type ExclusionLists } from '../exclusions/exclusions.ts'
import { type Rehearsal, startRehearsal } from '../executions/rehearsal.ts'
import { createExplain } from '../explain/explain.ts'
import { explainRoutes } from '../explain/routes.ts'
import { createExports } from '../exports/exports.ts'
import { exportRoutes } from '../exports/routes.ts'
import { receiptIn } from '../exports/test-plans.ts'
import { createServer } from '../http/server.ts'
import { createLifecycles } from '../lifecycle/lifecycle.ts'
import { createLibrary, type LibraryParts } from './create-library.ts'
import { libraryRoutes } from './routes.ts'

type ExecutionCaller = Extract<Caller, { kind: 'execution' }>
type TestOwner = { id: string; name: string }
type TestJob = { appId: string; ownerId?: string; controlId?: string; collectionId?: string }
type Reply<Body> = { status: number; body: Body }
type Exporting = { collectionId: string; controlId: string; caller: ExecutionCaller }

/** The part of a control that receipts of these tests speak of. */
export const target = 'Blocked'

/** The way from a source to a control, behind the real server: feeds and people send, exports write plans and receipts. */
export type TestProvenance = {
  rehearsal: Rehearsal
  parts: LibraryParts
  collections: Collections
  exclusions: ExclusionLists
  feedAppId: string
  person: PersonCaller
  /** Of another organization. */
  stranger: PersonCaller
  /** A number and an owner for one test. */
  made: number
  owner: TestOwner
  next(): Promise<void>
  call<Body>(
    caller: Caller,
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    payload?: object | Buffer,
  ): Promise<Reply<Body>>
  get<Body>(caller: Caller, url: string): Promise<Reply<Body>>
  detail(caller: Caller, id: string): Promise<IndicatorDetail>
  exportsOf(id: string, caller?: Caller): Promise<IndicatorExports>
  send(content: object, by?: ExecutionCaller, config?: object, of?: TestOwner, caller?: PersonCaller): Promise<BatchRow>
  running(job: TestJob): Promise<{ caller: ExecutionCaller; jobId: string }>
  /** A data collection, refreshed once, and an export of it that runs, to a control of its own. */
  exporting(tql: string): Promise<Exporting>
  /** @returns the receipt's id */
  receipt(caller: ExecutionCaller, given: Partial<CreateReceipt>, lines?: readonly ReceiptValue[]): Promise<string>
  targetOf(id: string, controlId: string): Promise<IndicatorOnTarget | undefined>
  close(): Promise<void>
}

const one = { collectionVersion: 1, target, desired: 1, held: 1, added: 1, notTaken: {} }

export async function startProvenance(): Promise<TestProvenance> {
  const rehearsal = await startRehearsal()
  const { connection, clock, audit, log, organizationId, db } = rehearsal
  const exclusions = createExclusions({ ...rehearsal, onTouched() {} })
  const parts = createLibrary({ ...connection, clock, audit, matchers: exclusions.matchers, onTouched() {} })
  const collections = createCollections({ ...connection, clock, audit, log })
  const lifecycles = createLifecycles({ db, clock, audit, onTouched() {} })
  const server = await createServer({
    logger: false,
    authenticate: async (request) => JSON.parse(String(request.headers['caller'])) as Caller,
  })
  libraryRoutes(server, parts.library)
  explainRoutes(server, createExplain({ library: parts.library, lifecycles, exclusions }))
  exportRoutes(server, createExports({ ...rehearsal, exclusions }))
  await server.ready()
  const appliance = await rehearsal.addServer('one')
  const feedAppId = await rehearsal.addApp({ kind: 'feed' })
  const exportAppId = await rehearsal.addApp({ kind: 'export' })
  const theirs = await db
    .insertInto('organization')
    .values({ name: 'Theirs' })
    .returning('id')
    .executeTakeFirstOrThrow()

  async function call<Body>(
    caller: Caller,
    method: 'GET' | 'POST' | 'PUT',
    url: string,
    payload?: object | Buffer,
  ): Promise<Reply<Body>> {
    const packed = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' }
    const headers = { caller: JSON.stringify(caller), ...(Buffer.isBuffer(payload) ? packed : {}) }
    const reply = await server.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })
    return { status: reply.statusCode, body: reply.json<Body>() }
  }

  const at: TestProvenance = {
    rehearsal,
    parts,
    collections,
    exclusions,
    feedAppId,
    person: { kind: 'user', userId: '1', name: 'ada', role: 'organization-administrator', organizationId },
    stranger: { kind: 'user', userId: '2', name: 'eve', role: 'administrator', organizationId: theirs.id },
    made: 0,
    owner: { id: '', name: '' },
    call,
    get: (caller, url) => call(caller, 'GET', url),

    async next() {
      at.made += 1
      at.owner = await parts.owners.create(at.person, { name: `Source ${at.made}` })
    },

    async detail(caller, id) {
      return (await call<IndicatorDetail>(caller, 'GET', paths.indicator(id))).body
    },

    async exportsOf(id, caller = at.person) {
      return (await call<IndicatorExports>(caller, 'GET', paths.indicatorExports(id))).body
    },

    async send(content, by, config = {}, of = at.owner, caller = at.person) {
      const sender = {
        organizationId: caller.organizationId,
        ownerId: of.id,
        executionId: by?.executionId ?? null,
        attempt: by?.attempt ?? null,
        sentBy: by?.name ?? caller.name,
        statusDefault: 'Active' as const,
      }
      const batch = { action: 'Create' as const, owner: of.name, ...config }
      return await parts.batches.submit(sender, batch, Buffer.from(JSON.stringify(content)))
    },

    async running(job) {
      const jobId = await rehearsal.addJob(job)
      if (job.collectionId !== undefined)
        await db.insertInto('job_collection').values({ job_id: jobId, collection_id: job.collectionId }).execute()
      await rehearsal.beat(appliance)
      const executionId = await rehearsal.start(jobId)
      const commands = await rehearsal.outbox()
      const command = commands.find((each) => each.executionId === executionId && each.kind === 'execute')
      assert(command !== undefined, 'the execution was not placed')
      const caller = await rehearsal.executions.tokens.authenticate(rehearsal.openSealed(appliance, command).token)
      assert(caller?.kind === 'execution', 'the token is not good')
      return { caller, jobId }
    },

    async exporting(tql) {
      const { id: collectionId } = await collections.create(at.person, { name: `Collection ${at.made}`, tql })
      await collections.refresh(at.person, collectionId)
      const { id: controlId } = await db
        .insertInto('control')
        .values({ organization_id: organizationId, name: `control-${at.made}`, program_name: 'aed' })
        .returning('id')
        .executeTakeFirstOrThrow()
      const { caller } = await at.running({ appId: exportAppId, controlId, collectionId })
      return { collectionId, controlId, caller }
    },

    async receipt(caller, given, lines = []) {
      const made = await call<{ id: string }>(caller, 'POST', paths.receipts, receiptIn('', { ...one, ...given }))
      assert.equal(made.status, 201)
      const put = await call(caller, 'PUT', paths.receiptValues(made.body.id), ndjson(lines))
      assert.equal(put.status, 200)
      return made.body.id
    },

    async targetOf(id, controlId) {
      return (await at.exportsOf(id)).targets.find((each) => each.controlId === controlId)
    },

    async close() {
      await server.close()
      await parts.batches.close()
      await rehearsal.close()
    },
  }
  return at
}

/** Values of a plan or a receipt, as they are sent. */
export function ndjson(lines: readonly (readonly string[])[]): Buffer {
  return gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}
