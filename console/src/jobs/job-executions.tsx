import type { Execution } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { hubQueries } from '../api/hub-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import { LongText } from '../elements/long-text.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { StateBadge } from '../elements/state-badge.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { executionFaces } from '../executions/execution-faces.ts'
import { triggerWords } from '../executions/execution-words.ts'
import { useLiveExecutions } from '../executions/live-executions.ts'
import { Took } from '../executions/took.tsx'
import classes from './jobs.module.css'

export function JobExecutions({ jobId }: { jobId: string }) {
  const navigate = useNavigate()
  const executions = useInfiniteQuery(hubQueries.executions({ jobId }))
  useLiveExecutions({ jobId })
  return (
    <section aria-label="Executions of this job" className={classes['executions']}>
      <h2 className={classes['heading']}>Executions</h2>
      <PagedTable
        label="Executions"
        query={executions}
        columns={columns}
        rowKey={(execution) => execution.id}
        onOpen={({ id }) => void navigate({ to: '/executions/$executionId', params: { executionId: id } })}
        empty={<EmptyState title="It has not run yet" />}
      />
    </section>
  )
}

const columns: readonly Column<Execution>[] = [
  {
    key: 'state',
    header: 'State',
    width: '122px',
    isPlain: true,
    render: ({ id, state }) => (
      <Link
        to="/executions/$executionId"
        params={{ executionId: id }}
        className={classes['badgeLink']}
        tabIndex={-1}
        aria-label={`Execution ${id}: ${executionFaces[state].word}`}
      >
        <StateBadge face={executionFaces[state]} />
      </Link>
    ),
  },
  {
    key: 'message',
    header: 'Message',
    width: 'minmax(180px, 3fr)',
    render: ({ message }) =>
      message === '' ? <span className={classes['soft']}>–</span> : <LongText text={message} />,
  },
  { key: 'trigger', header: 'Trigger', width: '120px', render: ({ trigger }) => <span>{triggerWords[trigger]}</span> },
  { key: 'created', header: 'Created', width: '176px', render: ({ createdAt }) => <Timestamp instant={createdAt} /> },
  { key: 'took', header: 'Took', width: '112px', align: 'end', render: (execution) => <Took {...execution} /> },
]
