import { useDocumentTitle } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { appQueries } from '../api/app-queries.ts'
import { jobQueries } from '../api/job-queries.ts'
import { pages } from '../app/pages.ts'
import { isNotFound, Missing } from '../elements/missing.tsx'
import { Crumbs, PageHead } from '../elements/page-head.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { plainText } from '../format/text-pieces.ts'
import { draftOf } from './job-draft.ts'
import { JobForm } from './job-form.tsx'
import classes from './jobs.module.css'
import { useUpdateJob } from './update-job.ts'

export function EditJobPage() {
  const { jobId } = useParams({ from: '/signed-in/jobs/$jobId/edit' })
  const navigate = useNavigate()
  const back = () => void navigate({ to: '/jobs/$jobId', params: { jobId } })
  // What is being typed must not be overwritten by what somebody else saves meanwhile; the hub's answer shows what became of it.
  const job = useQuery({ ...jobQueries.one(jobId), staleTime: 0, refetchOnWindowFocus: false })
  const apps = useQuery(appQueries.choices())
  const save = useUpdateJob(jobId, { said: 'The job is saved', onDone: back })
  const error = job.error ?? apps.error
  useDocumentTitle(`Edit ${job.data ? plainText(job.data.name) : 'a job'} · Postern`)
  if (isNotFound(job.error)) return <Missing noun="job" list={pages.jobs} />
  return (
    <div className={classes['formPage']}>
      <div>
        <Crumbs here="Edit">
          <Link to="/jobs">Jobs</Link>
          <span aria-hidden="true">/</span>
          <Link to="/jobs/$jobId" params={{ jobId }}>
            {plainText(job.data?.name ?? jobId)}
          </Link>
        </Crumbs>
        <PageHead title="Edit the job" lead="Changes hold from the next execution on." />
      </div>
      {error && (
        <ProblemAlert what="This job" error={error} onRetry={() => void Promise.all([job.refetch(), apps.refetch()])} />
      )}
      {(!job.data || !apps.data) && !error && <SkeletonRows label="Loading the job" />}
      {job.data && apps.data && job.isFetchedAfterMount && (
        <JobForm
          draft={draftOf(job.data)}
          apps={apps.data}
          isAppFixed
          secretsSet={job.data.secretsSet}
          save={save}
          saveName="Save the job"
          onCancel={back}
        />
      )}
    </div>
  )
}
