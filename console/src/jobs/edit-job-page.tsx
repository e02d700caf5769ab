import { useDocumentTitle } from '@mantine/hooks'
import type { App, CreateJob, Job } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { appQueries } from '../api/app-queries.ts'
import { changedFields } from '../api/changed-fields.ts'
import { jobQueries } from '../api/job-queries.ts'
import { pages } from '../app/pages.ts'
import { isNotFound, Missing } from '../elements/missing.tsx'
import { NoRight } from '../elements/no-right.tsx'
import { Crumbs, PageHead } from '../elements/page-head.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { plainText } from '../format/text-pieces.ts'
import { draftOf, requestOf } from './job-draft.ts'
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
  const mayWrite = useMay('write')
  const error = job.error ?? apps.error
  useDocumentTitle(`Edit ${job.data ? plainText(job.data.name) : 'a job'} · Postern`)
  if (!mayWrite) return <NoRight />
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
      {job.data && apps.data && job.isFetchedAfterMount && <EditForm job={job.data} apps={apps.data} onLeave={back} />}
    </div>
  )
}

function EditForm({ job, apps, onLeave }: { job: Job; apps: readonly App[]; onLeave: () => void }) {
  const [before] = useState(() => draftOf(job))
  const app = apps.find(({ id }) => id === job.appId)
  const update = useUpdateJob(job.id, { said: 'The job is saved', onDone: onLeave })
  const mutate = (wanted: CreateJob) => update.mutate(app ? changedFields(requestOf(before, app), wanted) : wanted)
  return (
    <JobForm
      draft={before}
      apps={apps}
      isAppFixed
      secretsSet={job.secretsSet}
      save={{ ...update, mutate }}
      saveName="Save the job"
      onCancel={onLeave}
    />
  )
}
