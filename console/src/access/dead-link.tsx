import classes from './gate-page.module.css'

/** In place of a form that a link would lead to: why it does not, and how one gets another. */
export function DeadLink({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <div className={classes['form']}>
      <p>
        <strong>{title}</strong>
      </p>
      <p>{children}</p>
    </div>
  )
}
