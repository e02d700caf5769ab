import { classNames } from './class-names.ts'
import { Icon } from './icon.tsx'
import classes from './notice.module.css'

interface NoticeProps {
  tone?: 'good' | 'notice' | 'bad'
  role?: 'alert' | 'note' | 'status'
  /** Makes it a part of the page that has a name. */
  label?: string
  /** Parts one below the other, with room between them. */
  isStacked?: boolean
  /** A warning sign before it, for what must not be passed over. */
  isSigned?: boolean
  children: React.ReactNode
}

/** A box that stands out of the page: what is to be known before the rest is read or done. */
export function Notice({ tone = 'notice', role, label, isStacked = false, isSigned = false, children }: NoticeProps) {
  const Box = label === undefined ? 'div' : 'section'
  return (
    <Box
      role={role}
      aria-label={label}
      className={classNames(classes['notice'], isStacked && classes['stacked'], isSigned && classes['signed'])}
      data-tone={tone}
    >
      {isSigned && (
        <span className={classes['sign']}>
          <Icon name="warning" size={20} />
        </span>
      )}
      {children}
    </Box>
  )
}
