import classes from './gate-page.module.css'

interface GateFormProps {
  /** The hub's rules say what is wrong, not the browser's. */
  isJudgedHere?: boolean
  onSend: (form: FormData) => void
  children: React.ReactNode
}

/** A form of a page before the gate. */
export function GateForm({ isJudgedHere = false, onSend, children }: GateFormProps) {
  return (
    <form
      noValidate={isJudgedHere}
      className={classes['form']}
      onSubmit={(event) => {
        event.preventDefault()
        onSend(new FormData(event.currentTarget))
      }}
    >
      {children}
    </form>
  )
}
