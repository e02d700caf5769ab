import type { AedDialect } from '../dialect.ts'
import type { CompleteStatus } from '../store/status-store.ts'

/** A status resource (TAXII 2.0, 4.3.1) as the client sees it: lists, where given, are as long as their counts say. */
export function statusResource(
  status: CompleteStatus,
  isPending: boolean,
  dialect: Pick<AedDialect, 'statusLists'>,
): object {
  const withLists = dialect.statusLists === 'full'
  const { successes, failures } = status
  const total = successes.length + failures.length
  const head = { id: status.id, request_timestamp: status.requestTimestamp, total_count: total }
  if (isPending) {
    const pendings = [...successes, ...failures.map((failure) => failure.id)]
    return {
      ...head,
      status: 'pending',
      success_count: 0,
      failure_count: 0,
      pending_count: total,
      ...(withLists ? { pendings } : {}),
    }
  }
  return {
    ...head,
    status: 'complete',
    success_count: successes.length,
    ...(withLists && successes.length > 0 ? { successes } : {}),
    failure_count: failures.length,
    // Named even by an appliance that only counts: without them nobody could say what was refused.
    ...(failures.length > 0 ? { failures } : {}),
    pending_count: 0,
  }
}
