import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { jobQueries } from '../api/job-queries.ts'
import { pages } from '../app/pages.ts'
import { DetailPage } from '../elements/detail-page.tsx'
import { JobExecutions } from './job-executions.tsx'
import { JobFacts } from './job-facts.tsx'
import { JobHeader } from './job-header.tsx'
import { JobParameters } from './job-parameters.tsx'
import { useLiveJob } from './live-jobs.ts'
import { SkippedRuns } from './skipped-runs.tsx'

/** One job: what it is, when it runs, with which parameters, and how its executions went. */
export function JobPage() {
  const { jobId } = useParams({ from: '/signed-in/jobs/$jobId' })
  const job = useQuery(jobQueries.one(jobId))
  useLiveJob(jobId)
  return (
    <DetailPage noun="job" list={pages.jobs} id={jobId} nameOf={({ name }) => name} query={job}>
      {(shown) => (
        <>
          <JobHeader job={shown} />
          <JobFacts job={shown} />
          <SkippedRuns jobId={jobId} />
          <JobParameters job={shown} />
          <JobExecutions jobId={jobId} />
        </>
      )}
    </DetailPage>
  )
}
