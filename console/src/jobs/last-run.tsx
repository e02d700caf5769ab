import type { Job } from '@postern/protocol'
import { Link } from '@tanstack/react-router'
import { useClock } from '../elements/clock.ts'
import { StateBadge } from '../elements/state-badge.tsx'
import { executionFaces } from '../executions/execution-faces.ts'
import { describeInstant, formatRelative } from '../format/instants.ts'
import classes from './jobs.module.css'

/** How the newest execution stands, leading to it. */
export function LastRun({ job }: { job: Job }) {
  const nowMs = useClock()
  const last = job.lastExecution
  if (!last) return <span className={classes['soft']}>Never ran</span>
  const at = last.finishedAt ?? last.createdAt
  return (
    <span className={classes['lastRun']}>
      <Link to="/executions/$executionId" params={{ executionId: last.id }} className={classes['badgeLink']}>
        <StateBadge face={executionFaces[last.state]} />
      </Link>
      <time dateTime={at} title={describeInstant(at)} className={classes['soft']}>
        {formatRelative(at, nowMs)}
      </time>
    </span>
  )
}
