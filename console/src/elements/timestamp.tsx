import { describeInstant, formatRelative, formatUtc } from '../format/instants.ts'
import { useClock } from './clock.ts'
import classes from './timestamp.module.css'

/** An instant in UTC with how long ago it was; the title has it exactly and in the reader's own time. */
export function Timestamp({ instant, relative = true }: { instant: string; relative?: boolean }) {
  const nowMs = useClock()
  return (
    <time dateTime={instant} title={describeInstant(instant)} className={classes['time']}>
      {formatUtc(instant)} <abbr className={classes['zone']}>UTC</abbr>
      {relative && <span className={classes['relative']}> {formatRelative(instant, nowMs)}</span>}
    </time>
  )
}
