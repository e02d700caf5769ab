import type { ExecutionDetail } from '@postern/protocol'
import { useQueries } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { hubQueries } from '../../api/hub-queries.ts'
import { EmptyState } from '../../elements/empty-state.tsx'
import { ProblemAlert } from '../../elements/problem-alert.tsx'
import { SkeletonRows } from '../../elements/skeleton-rows.tsx'
import { receiptFaces } from '../execution-faces.ts'
import { hasEnded } from '../has-ended.ts'
import classes from './export.module.css'
import { ReceiptView } from './receipt-view.tsx'
import { TargetPicker } from './target-picker.tsx'

/** What a control was found to hold after an export, compared with what it should hold. */
export function ReceiptSection({ execution }: { execution: ExecutionDetail }) {
  const { receipt: chosen } = useSearch({ from: '/signed-in/executions/$executionId' })
  const navigate = useNavigate({ from: '/executions/$executionId' })
  const receipts = useQueries({ queries: execution.receiptIds.map((receiptId) => hubQueries.receipt(receiptId)) })
  const index = Math.max(0, execution.receiptIds.indexOf(chosen ?? ''))
  const receiptId = execution.receiptIds[index]
  const receipt = receipts[index]
  if (receiptId === undefined || !receipt) return <NoReceipt execution={execution} />
  return (
    <section aria-label="Receipt" className={classes['section']}>
      <TargetPicker
        label="Receipt for"
        targets={execution.receiptIds.map((id, at) => {
          const data = receipts[at]?.data
          return { id, name: data?.target, face: data && receiptFaces[data.state] }
        })}
        current={receiptId}
        onPick={(id) =>
          void navigate({ search: (search) => ({ ...search, receipt: id }), replace: true, resetScroll: false })
        }
      />
      {receipt.isError && (
        <ProblemAlert what="The receipt" error={receipt.error} onRetry={() => void receipt.refetch()} />
      )}
      {receipt.isPending && <SkeletonRows label="Loading the receipt" />}
      {receipt.data && <ReceiptView key={receiptId} receipt={receipt.data} />}
    </section>
  )
}

function NoReceipt({ execution }: { execution: ExecutionDetail }) {
  return hasEnded(execution.state) ? (
    <EmptyState title="No receipt">
      Nothing was verified: the execution ended before it read the control back, or its plan waits for approval.
    </EmptyState>
  ) : (
    <EmptyState title="No receipt yet">
      After applying its plan the export reads the control back. The receipt says what it found.
    </EmptyState>
  )
}
