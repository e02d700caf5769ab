import classes from './facts.module.css'

/** Named facts in a dense grid; wide where their values are long. */
export function Facts({ children, label, isWide }: { children: React.ReactNode; label: string; isWide?: boolean }) {
  return (
    <dl className={classes['facts']} data-wide={isWide} aria-label={label}>
      {children}
    </dl>
  )
}

/** One fact; a long one has a line to itself. */
export function Fact({ name, children, isLong }: { name: string; children: React.ReactNode; isLong?: boolean }) {
  return (
    <div className={classes['fact']} data-long={isLong}>
      <dt className={classes['name']}>{name}</dt>
      <dd className={classes['value']}>{children}</dd>
    </div>
  )
}
