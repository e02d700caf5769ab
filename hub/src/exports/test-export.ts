import type { AttemptSignature } from '@postern/protocol'
import type { Caller } from '../access/caller.ts'
import type { Rehearsal, RehearsedServer } from '../executions/rehearsal.ts'
import { exitedAt } from '../executions/test-result.ts'

export type ExportCaller = Extract<Caller, { kind: 'execution' }>

/** Where rehearsed exports run, and what they read. */
export type ExportPlace = { server: RehearsedServer; appId: string; collectionId: string }

/** An export's execution that runs, and its caller as its token proves it. */
export async function startTestExport(
  rehearsal: Rehearsal,
  { server, appId, collectionId }: ExportPlace,
  given: { mode?: string; controlId?: string; jobId?: string } = {},
): Promise<{ execution: ExportCaller; jobId: string; controlId: string }> {
  const { db, organizationId } = rehearsal
  const controlId =
    given.controlId ??
    (
      await db
        .insertInto('control')
        .values({ organization_id: organizationId, name: `Control ${Math.random()}`.slice(0, 60), program_name: 'aed' })
        .returning('id')
        .executeTakeFirstOrThrow()
    ).id
  const jobId =
    given.jobId ??
    (await rehearsal.addJob({ appId, controlId, ...(given.mode === undefined ? {} : { mode: given.mode }) }))
  if (given.jobId === undefined)
    await db.insertInto('job_collection').values({ job_id: jobId, collection_id: collectionId }).execute()
  await rehearsal.beat(server)
  const id = await rehearsal.start(jobId)
  return { execution: await callerOfExport(rehearsal, server, id), jobId, controlId }
}

export async function callerOfExport(
  rehearsal: Rehearsal,
  server: RehearsedServer,
  executionId: string,
): Promise<ExportCaller> {
  const command = (await rehearsal.outbox()).find((each) => each.executionId === executionId && each.kind === 'execute')
  if (command === undefined) throw new Error('no command')
  const authenticated = await rehearsal.executions.tokens.authenticate(rehearsal.openSealed(server, command).token)
  if (authenticated?.kind !== 'execution') throw new Error('the token is not good')
  return authenticated
}

/** Its attempt ends well, with what else its server says of it. */
export async function endTestExport(
  rehearsal: Rehearsal,
  server: RehearsedServer,
  executionId: string,
  said: { signature?: AttemptSignature } = {},
): Promise<void> {
  const result = exitedAt(rehearsal.clock.now(), said)
  await rehearsal.executions.acceptResult(server.serverXid, executionId, 1, result)
}

/** A data collection of the organization, at version 3. */
export async function addTestCollection({ db, organizationId }: Rehearsal): Promise<string> {
  const collection = await db
    .insertInto('collection')
    .values({
      organization_id: organizationId,
      name: `Hosts ${Math.random()}`,
      tql: 'typeName = "Host"',
      freshness_seconds: 60,
      version: 3,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return collection.id
}
