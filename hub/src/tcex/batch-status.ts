import type { BatchAnswer, BatchStatus } from '@postern/protocol'
import type { BatchRow } from '../batches/batch-store.ts'

/** A batch in TcEx's words. Without an id it is the final result, and TcEx does not wait 15 s to poll (T13). */
export function batchAnswer(batch: BatchRow, isFinal: boolean): BatchAnswer {
  return {
    status: 'Success',
    data: {
      batchStatus: { ...(isFinal ? {} : { id: Number(batch.id) }), ...statusOf(batch) },
      batchId: Number(batch.id),
    },
  }
}

function statusOf(batch: BatchRow): BatchStatus {
  if (batch.state !== 'completed') return { status: 'Created' }
  const errorIndicatorCount = batch.refused
  const errorGroupCount = batch.groups_refused
  return {
    status: 'Completed',
    // What was written but for a part is an error to be shown, and a success as well.
    errorCount: errorIndicatorCount + errorGroupCount + batch.associations_refused + batch.partial,
    successCount:
      batch.item_count - batch.unprocessed - errorIndicatorCount - errorGroupCount - batch.associations_refused,
    unprocessCount: batch.unprocessed,
    successGroupCount: batch.groups_created + batch.groups_updated + batch.groups_unchanged + batch.groups_deleted,
    errorGroupCount,
    successIndicatorCount: batch.created + batch.updated + batch.unchanged + batch.deleted,
    errorIndicatorCount,
  }
}
