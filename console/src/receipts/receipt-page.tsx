import { useDocumentTitle } from '@mantine/hooks'
import type { Receipt } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { hubQueries } from '../api/hub-queries.ts'
import { useLiveChanges } from '../api/live.ts'
import { useSpaced } from '../api/use-spaced.ts'
import { isNotFound, Missing } from '../elements/missing.tsx'
import { Crumbs } from '../elements/page-head.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { receiptFaces } from '../executions/execution-faces.ts'
import { ReceiptView } from '../executions/export/receipt-view.tsx'
import { plainText } from '../format/text-pieces.ts'
import classes from './receipts.module.css'

/** Least time between two refreshes, in milliseconds; a receipt changes at most once, when *pending* becomes *drift*. */
const refreshGapMs = 3000

/** One receipt: what was asked for, what was held, and every value that differs. */
export function ReceiptPage() {
  const { receiptId } = useParams({ from: '/signed-in/receipts/$receiptId' })
  const receipt = useQuery(hubQueries.receipt(receiptId))
  const refreshSoon = useSpaced(() => void receipt.refetch(), refreshGapMs)
  useLiveChanges({ subscribe: 'receipts' }, () => {
    if (receipt.data?.state === 'pending') refreshSoon()
  })
  const isMissing = !receipt.data && isNotFound(receipt.error)
  useDocumentTitle(isMissing ? 'No such receipt · Postern' : titleOf(receipt.data))
  return (
    <div className={classes['receiptPage']}>
      <Crumbs here={receiptId}>
        <Link to="/receipts">Receipts</Link>
      </Crumbs>
      {receipt.isPending && <SkeletonRows label="Loading the receipt" />}
      {isMissing && (
        <Missing what="receipt">
          <Link to="/receipts">Back to the receipts</Link>
        </Missing>
      )}
      {receipt.isError && !isMissing && (
        <ProblemAlert
          what={receipt.data ? 'What you see may be old' : 'This receipt'}
          error={receipt.error}
          onRetry={() => void receipt.refetch()}
        />
      )}
      {receipt.data && (
        <>
          <header>
            <h1 className={classes['title']}>
              <PlainText text={receipt.data.control} />
              <span className={classes['of']}>
                <PlainText text={receipt.data.target} />
              </span>
            </h1>
            <WhereFrom receipt={receipt.data} />
          </header>
          <ReceiptView receipt={receipt.data} />
        </>
      )}
    </div>
  )
}

/** The way back to what wrote it. */
function WhereFrom({ receipt }: { receipt: Receipt }) {
  const { executionId, planId } = receipt
  const execution = useQuery(hubQueries.execution(executionId)).data
  return (
    <p className={classes['links']}>
      <Link to="/executions/$executionId" params={{ executionId }} search={{ view: 'receipt', receipt: receipt.id }}>
        Execution {executionId}
      </Link>
      {planId !== null && (
        <Link to="/executions/$executionId" params={{ executionId }} search={{ view: 'plan', plan: planId }}>
          Plan {planId}
        </Link>
      )}
      {execution && (
        <Link to="/jobs/$jobId" params={{ jobId: execution.jobId }}>
          Job <PlainText text={execution.jobName} />
        </Link>
      )}
    </p>
  )
}

function titleOf(receipt: Receipt | undefined): string {
  if (!receipt) return 'Receipt · Postern'
  return `${receiptFaces[receipt.state].word}: ${plainText(receipt.control).slice(0, 80)} · Postern`
}
