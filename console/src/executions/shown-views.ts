import type { AppKind, ExecutionDetail, Ledger } from '@postern/protocol'
import { type ExecutionView, executionViews } from './execution-search.ts'
import { hasEntries } from './ledger/part-counts.ts'

/** Fills the library, which answers with a ledger. */
const filling: readonly ExecutionView[] = ['log', 'ledger']
/** Changes a control by a plan, and verifies it by a receipt. */
const changing: readonly ExecutionView[] = ['log', 'plan', 'receipt']

const viewsOfKind: Record<AppKind, readonly ExecutionView[]> = {
  feed: filling,
  alerts: filling,
  action: filling,
  tcex: filling,
  export: changing,
}

/** The views that may come to hold something for this kind of app, and any other that does hold something. */
export function shownViews(execution: ExecutionDetail, ledger: Ledger | undefined): ExecutionView[] {
  const holds: Record<ExecutionView, boolean> = {
    log: true,
    ledger: ledger !== undefined && hasEntries(ledger),
    plan: execution.planIds.length > 0,
    receipt: execution.receiptIds.length > 0,
  }
  return executionViews.filter((view) => holds[view] || viewsOfKind[execution.appKind].includes(view))
}
