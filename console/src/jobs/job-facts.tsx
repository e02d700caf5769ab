import { Button } from '@mantine/core'
import type { Job } from '@postern/protocol'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { Fact, Facts } from '../elements/facts.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { formatDuration } from '../format/quantities.ts'
import { formatShortInZone, ownTimeZone } from '../format/zoned.ts'
import { modeWords } from './job-words.ts'
import classes from './jobs.module.css'
import { LastRun } from './last-run.tsx'
import { ScheduleDialog } from './schedule-dialog.tsx'
import { NextRun, ScheduleText } from './schedule-text.tsx'

export function JobFacts({ job }: { job: Job }) {
  return (
    <section className={classes['card']} aria-label="The job">
      <Facts label="Facts">
        <Fact name="Schedule">
          <ScheduleText schedule={job.schedule} />
          <ChangeSchedule job={job} />
        </Fact>
        <Fact name="Next run">
          <NextRun job={job} />
          <OwnTime job={job} />
        </Fact>
        <Fact name="Last execution">
          <LastRun job={job} />
        </Fact>
        <Fact name="Environment">
          <Link to="/environments/$environmentId" params={{ environmentId: job.environmentId }}>
            <PlainText text={job.environmentName} />
          </Link>
        </Fact>
        {job.owner !== null && (
          <Fact name="Writes to owner">
            <PlainText text={job.owner} />
          </Fact>
        )}
        {job.control !== null && (
          <Fact name="Fills control">
            <PlainText text={job.control} />
          </Fact>
        )}
        {job.appKind === 'export' && <Fact name="Plans">{modeWords[job.mode]}</Fact>}
        <Fact name="Time-out">{formatDuration(job.timeoutSeconds * 1000)}</Fact>
        {job.retriesMax > 0 && (
          <Fact name="Retries">{`${job.retriesMax}, the first after ${formatDuration(job.retryAfterSeconds * 1000)}`}</Fact>
        )}
        {job.schedule !== null && (
          <Fact name="Missed after">{formatDuration((job.freshnessSeconds ?? job.timeoutSeconds) * 1000)}</Fact>
        )}
      </Facts>
    </section>
  )
}

/** The reader's own clock, where it is neither UTC nor the job's. */
function OwnTime({ job }: { job: Job }) {
  const own = ownTimeZone()
  if (!job.nextRunAt || own === 'UTC' || own === job.schedule?.timeZone) return null
  return (
    <span className={classes['zoned']}>
      {formatShortInZone(job.nextRunAt, own)} {own} (yours)
    </span>
  )
}

function ChangeSchedule({ job }: { job: Job }) {
  const [isOpen, setOpen] = useState(false)
  if (!useMay('write')) return null
  return (
    <span className={classes['line']}>
      <Button size="compact-xs" variant="default" onClick={() => setOpen(true)}>
        {job.schedule ? 'Change the schedule …' : 'Set a schedule …'}
      </Button>
      {isOpen && <ScheduleDialog job={job} onClose={() => setOpen(false)} />}
    </span>
  )
}
