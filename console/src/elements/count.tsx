import { formatCount } from '../format/quantities.ts'
import { classNames } from './class-names.ts'
import classes from './count.module.css'
import type { Tone } from './state-badge.tsx'

interface CountProps {
  value: number
  label: string
  tone?: Tone
  hint?: string
  /** Id of the section of this page that shows what is counted. */
  leadsTo?: string
}

/** A figure over its name. Coloured only while it is not zero: a zero is never alarming. */
export function Count({ value, label, tone, hint, leadsTo }: CountProps) {
  return (
    <div className={classes['count']} title={hint}>
      <dd
        className={classNames(classes['value'], value === 0 && classes['zero'])}
        data-tone={value === 0 ? undefined : tone}
      >
        {leadsTo === undefined || value === 0 ? formatCount(value) : <a href={`#${leadsTo}`}>{formatCount(value)}</a>}
      </dd>
      <dt className={classes['label']}>{label}</dt>
    </div>
  )
}

/** A row of counts. */
export function Counts({ children, label }: { children: React.ReactNode; label: string }) {
  return (
    <dl className={classes['counts']} aria-label={label}>
      {children}
    </dl>
  )
}
