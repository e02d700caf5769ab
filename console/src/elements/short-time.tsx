import { describeInstant, formatShort } from '../format/instants.ts'
import { useClock } from './clock.ts'
import classes from './short-time.module.css'

/** An instant for a narrow column; the title has it exactly. */
export function ShortTime({ instant }: { instant: string }) {
  const nowMs = useClock()
  return (
    <time dateTime={instant} title={describeInstant(instant)} className={classes['time']}>
      {formatShort(instant, nowMs)}
    </time>
  )
}
