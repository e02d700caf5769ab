import type { Receipt } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { hubQueries } from '../api/hub-queries.ts'
import { useLiveChanges } from '../api/live.ts'
import { useSpaced } from '../api/use-spaced.ts'
import { pages } from '../app/pages.ts'
import { DetailHead } from '../elements/detail-head.tsx'
import { DetailPage } from '../elements/detail-page.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { receiptFaces } from '../executions/execution-faces.ts'
import { ReceiptView } from '../executions/export/receipt-view.tsx'
import classes from './receipts.module.css'

/** Least time between two refreshes, in milliseconds; a receipt changes when it is signed, and when *pending* becomes *drift*. */
const refreshGapMs = 3000

/** One receipt: what was asked for, what was held, and every value that differs. */
export function ReceiptPage() {
  const { receiptId } = useParams({ from: '/signed-in/receipts/$receiptId' })
  const receipt = useQuery(hubQueries.receipt(receiptId))
  const refreshSoon = useSpaced(() => void receipt.refetch(), refreshGapMs)
  useLiveChanges({ subscribe: 'receipts' }, () => {
    if (receipt.data?.state === 'pending' || receipt.data?.signature?.state === 'awaited') refreshSoon()
  })
  return (
    <DetailPage
      noun="receipt"
      list={pages.receipts}
      id={receiptId}
      nameOf={({ state, control }) => `${receiptFaces[state].word}: ${control}`}
      crumbOf={({ id }) => id}
      query={receipt}
    >
      {(shown) => (
        <>
          <DetailHead name={shown.control} nameOf={shown.target}>
            <WhereFrom receipt={shown} />
          </DetailHead>
          <ReceiptView receipt={shown} />
        </>
      )}
    </DetailPage>
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
