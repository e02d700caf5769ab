import type { Owner } from '@postern/protocol'
import type { Caller } from '../access/caller.ts'
import { Problem } from '../lib/problem.ts'
import type { BatchSender } from './batches.ts'

/**
 * In whose name, and with which rights, a caller writes to an owner that it may write to. What an alerts app saw first is under review,
 * whatever it says: no alert becomes a block by itself (S1).
 */
export function batchSender(caller: Caller, owner: Pick<Owner, 'id' | 'statusDefault'>): BatchSender {
  if (caller.kind === 'stranger' || caller.kind === 'environment-server')
    throw new Problem('forbidden', 'Only people and executions write to the library.')
  const isAlerts = caller.kind === 'execution' && caller.appKind === 'alerts'
  return {
    organizationId: caller.organizationId,
    ownerId: owner.id,
    executionId: caller.kind === 'execution' ? caller.executionId : null,
    attempt: caller.kind === 'execution' ? caller.attempt : null,
    sentBy: caller.name,
    statusDefault: isAlerts ? 'Review' : owner.statusDefault,
    isStatusFixed: isAlerts,
  }
}
