import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { formatCount, formatCountOf } from '../format/quantities.ts'
import classes from './paged-table.module.css'
import { ProblemAlert } from './problem-alert.tsx'
import { SkeletonRows } from './skeleton-rows.tsx'
import { VirtualTable, type VirtualTableProps } from './virtual-table.tsx'

interface PagedTableProps<Row> extends Omit<VirtualTableProps<Row>, 'rows' | 'onEndNear'> {
  query: UseInfiniteQueryResult<InfiniteData<{ data: Row[]; next?: string | undefined }>>
  /** Shown when there are no rows at all. */
  empty: React.ReactNode
}

/** A list of the API in all its states: loading, broken, empty, and rows that come page by page as the reader nears the end. */
export function PagedTable<Row>({ query, empty, ...table }: PagedTableProps<Row>) {
  const { label, total } = table
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
      <VirtualTable {...table} rows={rows} onEndNear={readOn} />
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
