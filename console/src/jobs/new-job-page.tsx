import { useDocumentTitle } from '@mantine/hooks'
import { type CreateJob, Job } from '@postern/protocol'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useMay } from '../access/rights.ts'
import { api } from '../api/api.ts'
import { appQueries } from '../api/app-queries.ts'
import { jobKeys } from '../api/job-queries.ts'
import { paths } from '../api/paths.ts'
import { useAnnounce } from '../elements/announcer.tsx'
import { EmptyState } from '../elements/empty-state.tsx'
import { NoRight } from '../elements/no-right.tsx'
import { Crumbs, PageHead } from '../elements/page-head.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { newDraft } from './job-draft.ts'
import { JobForm } from './job-form.tsx'
import classes from './jobs.module.css'

export function NewJobPage() {
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const announce = useAnnounce()
  const apps = useQuery(appQueries.choices())
  const mayWrite = useMay('write')
  const create = useMutation({
    mutationFn: (body: CreateJob) => api(paths.jobs, { method: 'POST', body, reply: Job }),
    onSuccess: async ({ id }) => {
      announce('The job is made')
      await navigate({ to: '/jobs/$jobId', params: { jobId: id } })
      await queryClient.invalidateQueries({ queryKey: jobKeys.lists })
    },
  })
  useDocumentTitle('New job · Postern')
  if (!mayWrite) return <NoRight />
  return (
    <div className={classes['formPage']}>
      <div>
        <Crumbs here="New">
          <Link to="/jobs">Jobs</Link>
        </Crumbs>
        <PageHead title="New job" lead="An app of the catalog, where it runs, and what it is given." />
      </div>
      {apps.isPending && <SkeletonRows label="Loading the catalog" />}
      {apps.isError && <ProblemAlert what="The catalog" error={apps.error} onRetry={() => void apps.refetch()} />}
      {apps.data?.length === 0 && (
        <EmptyState title="The catalog is empty">An administrator installs apps with: postern app install</EmptyState>
      )}
      {apps.data && apps.data.length > 0 && (
        <JobForm
          draft={newDraft()}
          apps={apps.data}
          isAppFixed={false}
          secretsSet={[]}
          save={create}
          saveName="Make the job"
          onCancel={() => void navigate({ to: '/jobs' })}
        />
      )}
    </div>
  )
}
