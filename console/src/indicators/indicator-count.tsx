import type { IndicatorTotal } from '@postern/protocol'
import { formatTotalOf } from '../format/quantities.ts'
import classes from './indicators-page.module.css'

interface IndicatorCountProps {
  /** Undefined while they are counted, null where counting took too long. */
  total: IndicatorTotal | null | undefined
  isFiltered: boolean
}

/** How many there are, no more exactly than it is known. */
export function IndicatorCount({ total, isFiltered }: IndicatorCountProps) {
  return (
    <p className={classes['count']} aria-live="polite">
      {words(total)}
      {total && isFiltered ? ' found' : ''}
    </p>
  )
}

function words(total: IndicatorTotal | null | undefined): string {
  if (total === undefined) return ''
  if (total === null) return 'Too many to count at once'
  return formatTotalOf(total, 'indicator')
}
