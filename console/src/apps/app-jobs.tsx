import type { Job } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { jobQueries } from '../api/job-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { Section } from '../elements/section.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { jobFaceOf } from '../jobs/job-faces.ts'
import { LastRun } from '../jobs/last-run.tsx'
import { useLiveJobs } from '../jobs/live-jobs.ts'

/** Where an app is used: the jobs that run it. */
export function AppJobs({ appId }: { appId: string }) {
  const navigate = useNavigate()
  const jobs = useInfiniteQuery(jobQueries.list({ appId }))
  useLiveJobs()
  return (
    <Section title="Jobs">
      <PagedTable
        label="Jobs"
        query={jobs}
        columns={columns}
        rowKey={({ id }) => id}
        onOpen={({ id }) => void navigate({ to: '/jobs/$jobId', params: { jobId: id } })}
        empty={<EmptyState title="No job runs it" />}
      />
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
