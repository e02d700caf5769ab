import type { Execution } from '@postern/protocol'
import { useDocumentTitle } from '@mantine/hooks'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { hubQueries } from '../api/hub-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { PageHead } from '../elements/page-head.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { executionFaces } from './execution-faces.ts'
import { triggerWords } from './execution-words.ts'
import classes from './executions-page.module.css'
import { useLiveExecutions } from './live-executions.ts'
import { filterOf } from './executions-search.ts'
import { ExecutionsFilter } from './executions-filter.tsx'
import { Took } from './took.tsx'

export function ExecutionsPage() {
  const navigate = useNavigate()
  const search = useSearch({ from: '/signed-in/executions' })
  const filter = filterOf(search)
  const executions = useInfiniteQuery(hubQueries.executions(filter))
  useLiveExecutions(filter)
  useDocumentTitle('Executions · Postern')
  return (
    <div className={classes['page']}>
      <PageHead title="Executions" lead="Every run of every job, newest first.">
        <ExecutionsFilter search={search} jobName={executions.data?.pages[0]?.data[0]?.jobName} />
      </PageHead>
      <PagedTable
        key={JSON.stringify(filter)}
        label="Executions"
        query={executions}
        columns={columns}
        rowKey={(execution) => execution.id}
        onOpen={(execution) => void navigate({ to: '/executions/$executionId', params: { executionId: execution.id } })}
        empty={<NoExecutions isFiltered={Object.keys(filter).length > 0} />}
      />
    </div>
  )
}

const columns: readonly Column<Execution>[] = [
  stateColumn(({ state }) => executionFaces[state], '122px'),
  {
    key: 'job',
    header: 'Job',
    width: 'minmax(150px, 3fr)',
    isPlain: true,
    render: (execution) => <JobCell execution={execution} />,
  },
  {
    key: 'app',
    header: 'App',
    width: 'minmax(80px, 1.2fr)',
    render: (execution) => <ShortText text={execution.appName} />,
  },
  {
    key: 'environment',
    header: 'Environment',
    width: 'minmax(112px, 1fr)',
    isSecondary: true,
    render: (execution) => <ShortText text={execution.environmentName} />,
  },
  {
    key: 'trigger',
    header: 'Trigger',
    width: '84px',
    isSecondary: true,
    render: (execution) => <span>{triggerWords[execution.trigger]}</span>,
  },
  {
    key: 'created',
    header: 'Created',
    width: '176px',
    render: (execution) => <Timestamp instant={execution.createdAt} />,
  },
  { key: 'took', header: 'Took', width: '112px', align: 'end', render: (execution) => <Took {...execution} /> },
]

function JobCell({ execution }: { execution: Execution }) {
  return (
    <div>
      <NameLink to="/executions/$executionId" params={{ executionId: execution.id }} text={execution.jobName} />
      {execution.message !== '' && <ShortText text={execution.message} isSoft />}
    </div>
  )
}

function NoExecutions({ isFiltered }: { isFiltered: boolean }) {
  if (isFiltered) return <EmptyState title="No execution fits the filter" />
  return (
    <EmptyState title="Nothing has run yet">
      An execution appears here as soon as a job’s schedule is due, or somebody runs it.
    </EmptyState>
  )
}
