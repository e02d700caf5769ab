import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { formatCount, formatCountOf } from '../format/quantities.ts'
import classes from './paged-table.module.css'
import { ProblemAlert } from './problem-alert.tsx'
import { SkeletonRows } from './skeleton-rows.tsx'
import { type Column, VirtualTable } from './virtual-table.tsx'

interface PagedTableProps<Row> {
  label: string
  query: UseInfiniteQueryResult<InfiniteData<{ data: Row[]; next?: string | undefined }>>
  columns: readonly Column<Row>[]
  rowKey: (row: Row) => string
  /** Shown when there are no rows at all. */
  empty: React.ReactNode
  total?: number
  onOpen?: (row: Row) => void
  onRowKey?: (row: Row, key: string) => void
}

/** A list of the API in all its states: loading, broken, empty, and rows that come page by page as the reader nears the end. */
export function PagedTable<Row>({
  label,
  query,
  columns,
  rowKey,
  empty,
  total,
  onOpen,
  onRowKey,
}: PagedTableProps<Row>) {
  const pages = query.data?.pages
  const rows = useMemo(() => pages?.flatMap((page) => page.data) ?? [], [pages])
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query
  const readOn = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage])

  if (query.isPending) return <SkeletonRows label={`Loading ${label.toLowerCase()}`} />
  if (!pages) return <ProblemAlert what={label} error={query.error} onRetry={() => void query.refetch()} />
  if (rows.length === 0) return empty
  return (
    <>
      {query.isRefetchError && (
        <ProblemAlert what="What you see may be old" error={query.error} onRetry={() => void query.refetch()} />
      )}
      <VirtualTable
        label={label}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        total={total}
        onEndNear={readOn}
        onRowKey={onRowKey}
        {...(onOpen ? { onOpen } : {})}
      />
      {isFetchNextPageError && (
        <ProblemAlert what="The next rows" error={query.error} onRetry={() => void fetchNextPage()} />
      )}
      <p className={classes['foot']} aria-live="polite">
        {hasNextPage ? loadedOf(rows.length, total) : `${formatCountOf(rows.length, 'row')}, all loaded`}
        {isFetchingNextPage && ', loading more …'}
      </p>
    </>
  )
}

function loadedOf(loaded: number, total: number | undefined): string {
  if (total === undefined) return `${formatCountOf(loaded, 'row')} loaded, more come as you scroll`
  return `${formatCount(loaded)} of ${formatCountOf(total, 'row')} loaded, more come as you scroll`
}
