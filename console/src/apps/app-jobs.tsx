import type { Job } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { appQueries } from '../api/app-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Section } from '../elements/section.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { jobFaceOf } from '../jobs/job-faces.ts'
import { LastRun } from '../jobs/last-run.tsx'

/** Where an app is used: the jobs that run it. */
export function AppJobs({ appId }: { appId: string }) {
  const navigate = useNavigate()
  const { data, isPending, isError, error, refetch } = useQuery(appQueries.jobs(appId))
  return (
    <Section title="Jobs">
      {isPending && <SkeletonRows label="Loading the jobs" rows={2} />}
      {isError && <ProblemAlert what="Its jobs" error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && <EmptyState title="No job runs it" />}
      {data !== undefined && data.length > 0 && (
        <VirtualTable
          label="Jobs"
          columns={columns}
          rows={data}
          rowKey={({ id }) => id}
          onOpen={({ id }) => void navigate({ to: '/jobs/$jobId', params: { jobId: id } })}
        />
      )}
    </Section>
  )
}

const columns: readonly Column<Job>[] = [
  stateColumn(jobFaceOf, '122px'),
  {
    key: 'name',
    header: 'Job',
    width: 'minmax(180px, 2fr)',
    isPlain: true,
    render: ({ id, name }) => <NameLink to="/jobs/$jobId" params={{ jobId: id }} text={name} />,
  },
  {
    key: 'environment',
    header: 'Environment',
    width: 'minmax(120px, 1fr)',
    render: ({ environmentName }) => <ShortText text={environmentName} />,
  },
  { key: 'last', header: 'Last execution', width: 'minmax(150px, 1fr)', render: (job) => <LastRun job={job} /> },
]
