import type { Job } from '@postern/protocol'
import { PlainText } from '../elements/plain-text.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { formatShortInZone } from '../format/zoned.ts'
import classes from './jobs.module.css'
import { scheduleWords } from './schedule-words.ts'

/** A schedule in words, with the expression itself below. */
export function ScheduleText({ schedule }: { schedule: Job['schedule'] }) {
  if (!schedule) return <span className={classes['soft']}>Only when somebody runs it</span>
  const words = scheduleWords(schedule.cron)
  return (
    <span>
      {words && <span className={classes['line']}>{words}</span>}
      <span className={classes['soft']}>
        <code>
          <PlainText text={schedule.cron} />
        </code>{' '}
        {schedule.timeZone}
      </span>
    </span>
  )
}

/** The next run: in UTC, and by the clocks of the job's own time zone where that is another. */
export function NextRun({ job }: { job: Job }) {
  if (!job.schedule) return <span className={classes['soft']}>–</span>
  if (!job.enabled) return <span className={classes['soft']}>Paused</span>
  if (!job.nextRunAt) return <span className={classes['soft']}>Never again</span>
  const { timeZone } = job.schedule
  return (
    <span>
      <Timestamp instant={job.nextRunAt} />
      {timeZone !== 'UTC' && (
        <span className={classes['zoned']}>
          {formatShortInZone(job.nextRunAt, timeZone)} {timeZone}
        </span>
      )}
    </span>
  )
}
