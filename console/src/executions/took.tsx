import { useClock } from '../elements/clock.ts'
import { formatDuration } from '../format/quantities.ts'
import classes from './took.module.css'

interface TookProps {
  startedAt: string | null
  finishedAt: string | null
}

/** How long it ran, or has been running; a dash before it starts. */
export function Took({ startedAt, finishedAt }: TookProps) {
  const nowMs = useClock()
  if (startedAt === null) return <span title="Not started">–</span>
  if (finishedAt !== null)
    return <span className={classes['took']}>{formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))}</span>
  return (
    <span className={classes['took']} title="Still running">
      {formatDuration(nowMs - Date.parse(startedAt))}…
    </span>
  )
}
