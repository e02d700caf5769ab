import { confirmAnew, signatureFor } from '../apps/package-signature.ts'
import type { DatabaseConnection, Db } from '../database/database.ts'
import type { Keys } from '../keys/keys.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { tellChange } from '../live/changes.ts'
import { executeCommand, isRepeatable, signCommand } from './build-command.ts'
import { storeCommand } from './command-store.ts'
import { effectiveParameters } from './effective-parameters.ts'
import { egressHosts } from './egress-hosts.ts'
import type { ExecutionTokens } from './execution-tokens.ts'
import { endExecution } from './finish.ts'
import { choosePlacement } from './placement.ts'
import {
  findEarlierOpen,
  insertAttempt,
  keptValues,
  lockWaiting,
  placeableExecutions,
  placementCandidates,
  sealedSecrets,
  sealingKeyOf,
  type WaitingExecution,
} from './placement-store.ts'
import { sealParameters } from './seal-parameters.ts'

/** Context of a job's secret at rest (D9). */
export function secretContext(jobId: string, name: string): string {
  return `job:${jobId}:${name}`
}

const placedAtOnceMax = 200

export type PlacerParts = {
  db: DatabaseConnection['db']
  keys: Keys
  clock: Clock
  tokens: ExecutionTokens
  log: Log
}

/** Gives waiting executions to environment servers: attempt, token, sealed parameters and signed command in one transaction. */
export function createPlacer({ db, keys, clock, tokens, log }: PlacerParts) {
  // One after the other within a hub: each placement sees the load that the one before made.
  let last: Promise<unknown> = Promise.resolve()

  function place(executionId: string): Promise<boolean> {
    const placed = last.then(() => db.transaction().execute((trx) => placeLocked(trx, executionId)))
    last = placed.catch(() => {})
    return placed
  }

  /** @returns whether a command went into the outbox */
  async function placeLocked(trx: Db, executionId: string): Promise<boolean> {
    const execution = await lockWaiting(trx, executionId)
    const now = clock.now()
    if (execution === undefined || execution.deadlineAt <= now || (execution.retryAt ?? now) > now) return false
    const earlier = await findEarlierOpen(trx, execution.id)
    if (earlier !== undefined) {
      await say(trx, execution, `Waiting for execution ${earlier} of the same job to end.`)
      return false
    }
    const chosen = choosePlacement(await placementCandidates(trx, execution), execution.app.install, now)
    if ('never' in chosen) {
      const { id, organizationId } = execution
      await endExecution(trx, { executionId: id, organizationId }, 'refused', chosen.never, now)
      return false
    }
    if ('none' in chosen) {
      await say(trx, execution, chosen.none)
      return false
    }
    const signed = await signatureFor(trx, execution.appVersionId, chosen.serverXid, now)
    if (signed === undefined) {
      await say(trx, execution, confirmAnew(execution.app))
      return false
    }
    const repeatable = isRepeatable(execution.app.kind, execution.app.postern)
    const attempt = await insertAttempt(trx, execution.id, chosen, repeatable, now)
    const commandFor = { serverXid: chosen.serverXid, executionId: execution.id, attempt }
    const { token, expiresAt } = await tokens.issue(trx, execution.id, attempt, execution.deadlineAt)
    const { parameters, secretNames } = await parametersOf(trx, execution, attempt)
    const sealed = sealParameters(
      { parameters, secretNames, token, tokenExpires: Math.floor(expiresAt.getTime() / 1000) },
      await sealingKeyOf(trx, chosen.serverXid),
      commandFor,
    )
    const command = executeCommand({
      for: commandFor,
      placement: chosen.placement,
      app: { ...execution.app, ...signed },
      egress: egressHosts(
        execution.app.postern?.egress ?? [],
        execution.app.postern?.addressParameters ?? [],
        parameters,
      ),
      sealed,
      now,
      deadline: execution.deadlineAt,
    })
    await storeCommand(trx, command, JSON.stringify(await signCommand(keys, command, trx)), now)
    await trx
      .updateTable('execution')
      .set({ state: 'dispatched', message: '' })
      .where('id', '=', execution.id)
      .execute()
    await tellChange(trx, {
      changed: 'execution',
      id: execution.id,
      part: 'state',
      organizationId: execution.organizationId,
    })
    return true
  }

  async function parametersOf(trx: Db, execution: WaitingExecution, attempt: number) {
    const secrets = await sealedSecrets(trx, execution.jobId)
    return effectiveParameters({
      install: execution.app.install,
      job: execution.parameters,
      kept: await keptValues(trx, execution.jobId),
      secrets: Object.fromEntries(
        secrets.map(({ name, sealed }) => [
          name,
          keys.open(sealed, secretContext(execution.jobId, name)).toString('utf8'),
        ]),
      ),
      platform: {
        jobId: execution.jobId,
        executionId: execution.id,
        attempt,
        owner: execution.owner,
        approvedPlan: execution.approvedPlan,
      },
    })
  }

  /** Why it waits stands where people look (ES-26). */
  async function say(trx: Db, execution: WaitingExecution, message: string): Promise<void> {
    if (execution.message === message) return
    await trx.updateTable('execution').set({ message }).where('id', '=', execution.id).execute()
    await tellChange(trx, {
      changed: 'execution',
      id: execution.id,
      part: 'state',
      organizationId: execution.organizationId,
    })
  }

  return {
    place,

    /** Places what waits, oldest first. One that cannot be placed for a defect never holds up the others. */
    async placeAll(): Promise<number> {
      let placed = 0
      for (const id of await placeableExecutions(db, clock.now(), placedAtOnceMax)) {
        try {
          if (await place(id)) placed += 1
        } catch (error) {
          log.error({ err: error, executionId: id }, 'an execution could not be placed')
        }
      }
      return placed
    },
  }
}
