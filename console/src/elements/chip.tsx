import classes from './chip.module.css'

/** One word about what a thing is, as an app's kind or an indicator's type. How it stands is a `StateBadge`. */
export function Chip({ children, title }: { children: React.ReactNode; title?: string }) {
  return (
    <span className={classes['chip']} title={title}>
      {children}
    </span>
  )
}
