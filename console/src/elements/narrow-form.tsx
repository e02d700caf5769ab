import { CheckedForm } from './checked-form.tsx'
import classes from './form.module.css'

interface NarrowFormProps {
  /** With what sending it ended. */
  error: unknown
  onSubmit: () => void
  children: React.ReactNode
  /** Below all, and below what the hub says of none of the fields. */
  buttons?: React.ReactNode
}

/** A form in the page, its fields one below the other. */
export function NarrowForm({ error, onSubmit, children, buttons }: NarrowFormProps) {
  return (
    <CheckedForm className={classes['narrow']} error={error} onSend={onSubmit}>
      {(refusal) => (
        <div className={classes['fields']}>
          {children}
          {refusal}
          {buttons}
        </div>
      )}
    </CheckedForm>
  )
}
