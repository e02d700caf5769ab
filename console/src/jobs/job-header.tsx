import { Button } from '@mantine/core'
import { Execution, type Job } from '@postern/protocol'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useMay } from '../access/rights.ts'
import { api, ApiProblem } from '../api/api.ts'
import { jobKeys, jobQueries } from '../api/job-queries.ts'
import { paths } from '../api/paths.ts'
import { ActionMenu } from '../elements/action-menu.tsx'
import { useAnnounce } from '../elements/announcer.tsx'
import { Chip } from '../elements/chip.tsx'
import { DeleteDialog } from '../elements/delete-dialog.tsx'
import { DetailHead } from '../elements/detail-head.tsx'
import { Icon } from '../elements/icon.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { appKindWords } from '../executions/execution-words.ts'
import { plainText } from '../format/text-pieces.ts'
import { jobFaceOf } from './job-faces.ts'
import { RunOutlook } from './run-outlook.tsx'
import { useUpdateJob } from './update-job.ts'

export function JobHeader({ job }: { job: Job }) {
  const mayRun = useMay('run')
  const mayWrite = useMay('write')
  const run = useRunNow(job)
  const pause = useUpdateJob(job.id, { said: job.enabled ? 'The job is paused' : 'The job goes on', onDone: () => {} })
  return (
    <DetailHead
      over={
        <>
          <PlainText text={job.appName} />
          <Chip>{appKindWords[job.appKind]}</Chip>
        </>
      }
      name={job.name}
      face={jobFaceOf(job)}
      actions={
        <>
          {mayRun && (
            <Button leftSection={<Icon name="play" size={14} />} loading={run.isPending} onClick={() => run.mutate()}>
              Run now
            </Button>
          )}
          {mayWrite && (
            <>
              <Button
                variant="default"
                leftSection={<Icon name={job.enabled ? 'pause' : 'play'} size={14} />}
                loading={pause.isPending}
                onClick={() => pause.mutate({ enabled: !job.enabled })}
              >
                {job.enabled ? 'Pause' : 'Resume'}
              </Button>
              <JobMenu job={job} />
            </>
          )}
        </>
      }
    >
      <RunOutlook job={job} />
      {run.isError && <RunProblem error={run.error} />}
      {pause.isError && <ProblemAlert error={pause.error} />}
    </DetailHead>
  )
}

/** A run whose answer was cut off may have started all the same: whoever tries again blindly runs it twice. */
function RunProblem({ error }: { error: unknown }) {
  if (!isWithoutAnswer(error)) return <ProblemAlert error={error} />
  return (
    <div>
      <ProblemAlert error={error} title="The hub does not answer; the run may have started" />
      <p>
        Look among the <Link to="/executions">executions</Link> before you run it again.
      </p>
    </div>
  )
}

/** Starts the job and goes where its progress is seen. */
function useRunNow(job: Job) {
  const navigate = useNavigate()
  const announce = useAnnounce()
  const failedAt = useRef(0)
  const run = useMutation({
    onError: () => {
      failedAt.current = Date.now()
    },
    mutationFn: () => api(paths.jobExecutions(job.id), { method: 'POST', body: {}, reply: Execution }),
    onSuccess: async ({ id }) => {
      announce(`${plainText(job.name)} was started`)
      await navigate({ to: '/executions/$executionId', params: { executionId: id } })
    },
  })
  const { reset } = run
  const answeredAt = useQuery(jobQueries.one(job.id)).dataUpdatedAt
  const isUnanswered = isWithoutAnswer(run.error)
  // “The hub does not answer” is not true any more once it has; the job's executions then stand below.
  useEffect(() => {
    if (isUnanswered && answeredAt > failedAt.current) reset()
  }, [isUnanswered, answeredAt, reset])
  return run
}

function isWithoutAnswer(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === 'unreachable'
}

function JobMenu({ job }: { job: Job }) {
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const announce = useAnnounce()
  const [asks, setAsks] = useState(false)
  const remove = useMutation({
    mutationFn: () => api(paths.job(job.id), { method: 'DELETE' }),
    onSuccess: async () => {
      announce('The job is deleted')
      await navigate({ to: '/jobs' })
      await queryClient.invalidateQueries({ queryKey: jobKeys.lists })
    },
  })
  return (
    <>
      <ActionMenu
        label={`Actions for ${plainText(job.name)}`}
        actions={[
          {
            name: 'Edit …',
            icon: 'pencil',
            act: () => void navigate({ to: '/jobs/$jobId/edit', params: { jobId: job.id } }),
          },
          { name: 'Delete …', icon: 'cross', isDangerous: true, act: () => setAsks(true) },
        ]}
      />
      {asks && (
        <DeleteDialog noun="job" onClose={() => setAsks(false)} action={remove}>
          <p>
            <strong>
              <PlainText text={job.name} />
            </strong>{' '}
            runs no more, and its secrets are forgotten. Its executions, plans and receipts stay; what it put into the
            library or on a control stays too.
          </p>
        </DeleteDialog>
      )}
    </>
  )
}
