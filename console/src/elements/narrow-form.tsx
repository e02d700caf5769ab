import classes from './form.module.css'

/** A form in the page, its fields one below the other. The hub judges what is typed, so the browser does not. */
export function NarrowForm({ onSubmit, children }: { onSubmit: () => void; children: React.ReactNode }) {
  return (
    <form
      noValidate
      className={classes['narrow']}
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      <div className={classes['fields']}>{children}</div>
    </form>
  )
}
