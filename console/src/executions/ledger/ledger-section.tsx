import type { ExecutionDetail, Ledger } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { hubQueries } from '../../api/hub-queries.ts'
import { EmptyState } from '../../elements/empty-state.tsx'
import { ProblemAlert } from '../../elements/problem-alert.tsx'
import { SkeletonRows } from '../../elements/skeleton-rows.tsx'
import { formatCountOf } from '../../format/quantities.ts'
import { hasEnded } from '../has-ended.ts'
import { LedgerItems } from './ledger-items.tsx'
import { LedgerParts } from './ledger-parts.tsx'
import classes from './ledger-section.module.css'
import { defaultPart, hasEntries, partCounts } from './part-counts.ts'
import { UnmappedTable } from './unmapped-table.tsx'

/** What became of everything that the execution sent to the library. */
export function LedgerSection({ execution }: { execution: ExecutionDetail }) {
  const ledger = useQuery(hubQueries.ledger(execution.id))
  if (ledger.isPending) return <SkeletonRows label="Loading the ledger" />
  if (!ledger.data) return <ProblemAlert what="The ledger" error={ledger.error} onRetry={() => void ledger.refetch()} />
  return (
    <section aria-label="Ledger" className={classes['section']}>
      {ledger.isError && (
        <ProblemAlert what="The counts may be old" error={ledger.error} onRetry={() => void ledger.refetch()} />
      )}
      <LedgerBody execution={execution} ledger={ledger.data} />
    </section>
  )
}

function LedgerBody({ execution, ledger }: { execution: ExecutionDetail; ledger: Ledger }) {
  const { part: chosen } = useSearch({ from: '/signed-in/executions/$executionId' })
  const counts = partCounts(ledger)
  const part = chosen ?? defaultPart(counts)
  if (!hasEntries(ledger)) return <NoBatches execution={execution} />
  return (
    <>
      <LedgerParts counts={counts} current={part} />
      <p className={classes['groups']}>
        {formatCountOf(ledger.batches, 'batch', 'batches')}. Groups: {groupWords(ledger)}.
      </p>
      {part === 'unmapped' ? (
        <UnmappedTable unmapped={ledger.unmapped} />
      ) : (
        <LedgerItems key={part} executionId={execution.id} outcome={part} count={counts[part]} />
      )}
    </>
  )
}

function groupWords(ledger: Ledger): string {
  const { groupsCreated, groupsUpdated, groupsUnchanged } = ledger
  if (groupsCreated + groupsUpdated + groupsUnchanged === 0) return 'none'
  return `${groupsCreated} created, ${groupsUpdated} updated, ${groupsUnchanged} unchanged`
}

function NoBatches({ execution }: { execution: ExecutionDetail }) {
  if (!hasEnded(execution.state)) {
    return (
      <EmptyState title="Nothing was sent yet">
        Each batch that the app sends to the library is counted here.
      </EmptyState>
    )
  }
  return (
    <EmptyState title="Nothing was sent">
      The app ended without sending a batch to the library. The log may say why: a source with nothing new is the usual
      reason.
    </EmptyState>
  )
}
