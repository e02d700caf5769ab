import { useDocumentTitle } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { jobQueries } from '../api/job-queries.ts'
import { isNotFound, Missing } from '../elements/missing.tsx'
import { Crumbs } from '../elements/page-head.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { plainText } from '../format/text-pieces.ts'
import { JobExecutions } from './job-executions.tsx'
import { JobFacts } from './job-facts.tsx'
import { JobHeader } from './job-header.tsx'
import { JobParameters } from './job-parameters.tsx'
import classes from './jobs.module.css'
import { useLiveJob } from './live-jobs.ts'
import { SkippedRuns } from './skipped-runs.tsx'

/** One job: what it is, when it runs, with which parameters, and how its executions went. */
export function JobPage() {
  const { jobId } = useParams({ from: '/signed-in/jobs/$jobId' })
  const job = useQuery(jobQueries.one(jobId))
  useLiveJob(jobId)
  const isMissing = !job.data && isNotFound(job.error)
  useDocumentTitle(`${job.data ? plainText(job.data.name) : isMissing ? 'No such job' : 'Job'} · Postern`)
  return (
    <div className={classes['jobPage']}>
      <Crumbs here={job.data?.name ?? jobId}>
        <Link to="/jobs">Jobs</Link>
      </Crumbs>
      {job.isPending && <SkeletonRows label="Loading the job" />}
      {isMissing && (
        <Missing what="job">
          <Link to="/jobs">Back to the jobs</Link>
        </Missing>
      )}
      {job.isError && !isMissing && (
        <ProblemAlert
          what={job.data ? 'What you see may be old' : 'This job'}
          error={job.error}
          onRetry={() => void job.refetch()}
        />
      )}
      {job.data && (
        <>
          <JobHeader job={job.data} />
          <JobFacts job={job.data} />
          <SkippedRuns jobId={jobId} />
          <JobParameters job={job.data} />
          <JobExecutions jobId={jobId} />
        </>
      )}
    </div>
  )
}
