import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { BatchAnswer, BatchError, tcexPaths } from '@postern/protocol'
import type { BatchConfig, BatchStatus } from '@postern/protocol'
import * as z from 'zod/mini'
import type { Logger } from '../launch/logger.ts'
import { HubProblem } from '../net/hub-session.ts'
import type { HubSession } from '../net/hub-session.ts'

const pollFirstMs = 250
const pollMsMax = 5_000
const pollTimeMs = 60 * 60_000
const errorsShownMax = 20

/** The hub took a batch and then stopped working on it: the rest of the run would be built on sand. */
export class BatchFailed extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BatchFailed'
  }
}

/**
 * Sends one chunk and waits until the hub is done with it.
 * @throws HubProblem when the hub does not take it; BatchFailed when it breaks off.
 */
export async function submitChunk(
  parts: { hub: HubSession; log: Logger; signal: AbortSignal },
  config: Pick<BatchConfig, 'action' | 'owner'>,
  content: Buffer,
): Promise<BatchStatus> {
  const { contentType, body } = multipart({ config: Buffer.from(JSON.stringify({ ...settings, ...config })), content })
  const answer = await parts.hub.callTcex('POST', tcexPaths.createAndUpload, BatchAnswer, {
    query: { includeAdditional: 'true' },
    headers: { 'content-type': contentType },
    body,
    // Identity is owner, type and value, and the hub takes a repetition as such: the second changes nothing.
    repeatable: true,
  })
  const status = await finished(parts, answer.data.batchStatus)
  if ((status.errorCount ?? 0) > 0 && status.id !== undefined) await showErrors(parts, status.id)
  return status
}

/** Replace: what the owner said before of these items is superseded by what the source says now. */
const settings = {
  attributeWriteType: 'Replace',
  tagWriteType: 'Replace',
  securityLabelWriteType: 'Replace',
  haltOnError: 'false',
  playbookTriggersEnabled: 'false',
  version: 'V2',
} as const

async function finished(parts: { hub: HubSession; signal: AbortSignal }, first: BatchStatus): Promise<BatchStatus> {
  let status = first
  const { id } = first
  if (id === undefined) return status
  const until = Date.now() + pollTimeMs
  for (let waitMs = pollFirstMs; status.status !== 'Completed'; waitMs = Math.min(pollMsMax, waitMs * 1.5)) {
    if (Date.now() > until) throw new BatchFailed(`batch ${id} is not done after ${pollTimeMs / 60_000} minutes`)
    await wait(waitMs, undefined, { signal: parts.signal })
    const answer = await parts.hub.callTcex('GET', tcexPaths.batch(id), BatchAnswer, {
      query: { includeAdditional: 'true' },
    })
    status = answer.data.batchStatus
  }
  return { ...status, id }
}

async function showErrors(parts: { hub: HubSession; log: Logger }, batchId: number): Promise<void> {
  const errors = await readErrors(parts.hub, batchId)
  const fatal = errors.find(({ errorReason }) => fatalReasons.test(errorReason))
  if (fatal !== undefined) throw new BatchFailed(`batch ${batchId} failed: ${fatal.errorReason}`)
  for (const { errorReason } of errors.slice(0, errorsShownMax))
    parts.log.warn(`the hub refused an item: ${errorReason}`)
  if (errors.length > errorsShownMax)
    parts.log.warn(`and ${errors.length - errorsShownMax} more; the ledger of this run names them all`)
}

/** What TcEx treats as the end of a run. */
const fatalReasons = /unexpected exception while processing batch job|would exceed the number of allowed indicators/i

async function readErrors(hub: HubSession, batchId: number): Promise<readonly BatchError[]> {
  try {
    return await hub.callTcex('GET', tcexPaths.batchErrors(batchId), z.array(BatchError))
  } catch (error) {
    // The platform's guide: 404 when there are none.
    if (error instanceof HubProblem && error.status === 404) return []
    throw error
  }
}

/** As TcEx sends it: each part with a file name equal to its name, and no content type. */
function multipart(parts: Readonly<Record<string, Buffer>>): { contentType: string; body: Buffer } {
  const boundary = `postern-${randomUUID()}`
  const pieces = Object.entries(parts).flatMap(([name, value]) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n`),
    value,
    Buffer.from('\r\n'),
  ])
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  }
}
