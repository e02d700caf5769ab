import { PlainText } from '../../elements/plain-text.tsx'
import { formatCount } from '../../format/quantities.ts'
import classes from './export.module.css'

/** Values of the data collection that the control cannot take, by reason: left out knowingly, and said. */
export function NotTaken({ notTaken }: { notTaken: Readonly<Record<string, number>> }) {
  const reasons = Object.entries(notTaken).toSorted(([, a], [, b]) => b - a)
  if (reasons.length === 0) return null
  return (
    <div>
      <h3 className={classes['heading']}>Left out</h3>
      <ul className={classes['notTaken']}>
        {reasons.map(([reason, count]) => (
          <li key={reason}>
            <span className={classes['notTakenCount']}>{formatCount(count)}</span>
            <PlainText text={reason} />
          </li>
        ))}
      </ul>
    </div>
  )
}
