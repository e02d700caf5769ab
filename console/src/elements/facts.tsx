import classes from './facts.module.css'

/** Named facts in a dense grid. */
export function Facts({ children, label }: { children: React.ReactNode; label: string }) {
  return (
    <dl className={classes['facts']} aria-label={label}>
      {children}
    </dl>
  )
}

export function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className={classes['fact']}>
      <dt className={classes['name']}>{name}</dt>
      <dd className={classes['value']}>{children}</dd>
    </div>
  )
}
