import classes from './filter-selects.module.css'

/** Choices side by side of what a page shows. */
export function FilterSelects({ children }: { children: React.ReactNode }) {
  return <div className={classes['filter']}>{children}</div>
}
