import type { LedgerItem, LedgerOutcome } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { hubQueries } from '../../api/hub-queries.ts'
import { EmptyState } from '../../elements/empty-state.tsx'
import { PagedTable } from '../../elements/paged-table.tsx'
import { LongText } from '../../elements/long-text.tsx'
import { PlainText } from '../../elements/plain-text.tsx'
import type { Column } from '../../elements/virtual-table.tsx'
import classes from './ledger-section.module.css'

interface LedgerItemsProps {
  executionId: string
  outcome: LedgerOutcome
  /** How many the ledger counts; the list may be longer, since groups and associations are items too. */
  count: number
}

/** The items of one outcome, page by page; for refused ones the reason comes first. */
export function LedgerItems({ executionId, outcome, count }: LedgerItemsProps) {
  const items = useInfiniteQuery(hubQueries.ledgerItems(executionId, outcome))
  const { refetch, hasNextPage } = items
  const knownCount = useRef(count)
  useEffect(() => {
    if (knownCount.current === count) return
    knownCount.current = count
    // New items join the end. While there is more to scroll to they come by themselves; a reader at the end gets them here.
    if (!hasNextPage) void refetch({ cancelRefetch: false })
  }, [count, hasNextPage, refetch])
  return (
    <PagedTable
      label={`Items ${outcome}`}
      query={items}
      columns={outcome === 'refused' ? refusedColumns : plainColumns}
      rowKey={(item) => `${item.batchId}/${item.kind}/${item.position}`}
      empty={<EmptyState title={`No items were ${outcome}`} />}
    />
  )
}

const summary: Column<LedgerItem> = {
  key: 'summary',
  header: 'As it was sent',
  width: 'minmax(220px, 3fr)',
  render: (item) => (
    <span className={classes['summary']}>
      <LongText text={item.summary} />
    </span>
  ),
}
const type: Column<LedgerItem> = {
  key: 'type',
  header: 'Type',
  width: '150px',
  render: (item) => <PlainText text={item.type} />,
}
const kind: Column<LedgerItem> = {
  key: 'kind',
  header: 'Kind',
  width: '104px',
  render: (item) => <span>{item.kind}</span>,
}
const position: Column<LedgerItem> = {
  key: 'position',
  header: 'Batch, place',
  width: '150px',
  align: 'end',
  render: (item) => (
    <span className={classes['code']}>
      <PlainText text={item.batchId.slice(0, 8)} />, {item.position}
    </span>
  ),
}
const reason: Column<LedgerItem> = {
  key: 'reason',
  header: 'Reason',
  width: 'minmax(220px, 3fr)',
  render: (item) => (
    <span className={classes['reason']}>
      <PlainText text={item.reason ?? 'No reason was recorded'} />{' '}
      {item.code && <code className={classes['code']}>{item.code}</code>}
    </span>
  ),
}

const plainColumns = [type, summary, kind, position]
const refusedColumns = [reason, type, summary, kind, position]
