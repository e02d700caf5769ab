import type { SkippedRun } from '@postern/protocol'
import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { jobQueries } from '../api/job-queries.ts'
import { Icon } from '../elements/icon.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { formatCount } from '../format/quantities.ts'
import classes from './jobs.module.css'

/** Scheduled times that started nothing of their own: without them a gap between executions would have no reason. */
export function SkippedRuns({ jobId }: { jobId: string }) {
  const skipped = useInfiniteQuery(jobQueries.skippedRuns(jobId))
  const rows = skipped.data?.pages.flatMap((page) => page.data) ?? []
  if (skipped.isError)
    return <ProblemAlert what="Skipped times" error={skipped.error} onRetry={() => void skipped.refetch()} />
  if (rows.length === 0) return null
  return (
    <details className={classes['skipped']}>
      <summary>
        <Icon name="warning" size={14} /> {formatCount(rows.length)}
        {skipped.hasNextPage ? ' or more' : ''} scheduled {rows.length === 1 ? 'time was' : 'times were'} skipped
      </summary>
      <ul>
        {rows.map((row) => (
          <li key={row.dueAt}>
            <Timestamp instant={row.dueAt} />
            <span>{reasonOf(row)}</span>
          </li>
        ))}
      </ul>
      {skipped.hasNextPage && (
        <Button
          size="xs"
          variant="default"
          loading={skipped.isFetchingNextPage}
          onClick={() => void skipped.fetchNextPage()}
        >
          Show earlier ones
        </Button>
      )}
    </details>
  )
}

function reasonOf({ reason, times }: SkippedRun): string {
  if (reason === 'overlap') return 'An execution of the job was still open, so none was started.'
  if (times === 1) return 'No hub was running; it was started late.'
  return `No hub was running; ${formatCount(times)} missed times became one execution.`
}
