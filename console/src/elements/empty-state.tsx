import classes from './empty-state.module.css'

/** Nothing to show: says what would stand here and how it comes. */
export function EmptyState({ title, children }: { title: string; children?: React.ReactNode }) {
  return (
    <div className={classes['empty']}>
      <svg width="72" height="52" viewBox="0 0 72 52" fill="none" aria-hidden="true" focusable="false">
        <path d="M2 50h68" stroke="var(--line-strong)" strokeWidth="2" strokeLinecap="round" />
        <path d="M18 50V24a18 18 0 0 1 36 0v26" stroke="var(--line-strong)" strokeWidth="2" strokeDasharray="3 4" />
        <path d="M27 50V27a9 9 0 0 1 18 0v23" stroke="var(--line-strong)" strokeWidth="2" />
      </svg>
      <p className={classes['title']}>{title}</p>
      {children && <div className={classes['body']}>{children}</div>}
    </div>
  )
}
