import { Button } from '@mantine/core'
import { ModalDialog } from './modal-dialog.tsx'
import classes from './modal-dialog.module.css'
import { ProblemAlert } from './problem-alert.tsx'

interface FormDialogProps {
  title: string
  /** What the button does, as a verb with its object. */
  confirm: string
  isDangerous?: boolean
  /** Why it cannot be done yet; the button then waits. */
  isReady?: boolean
  isWide?: boolean
  /** In place of the title of a refusal. */
  refusedTitle?: string
  onClose: () => void
  action: { mutate: () => void; isPending: boolean; error: unknown }
  children: React.ReactNode
}

/** A form over the page: Enter does it, Escape leaves it, and what the hub refuses stands above the buttons. */
export function FormDialog({
  title,
  confirm,
  isDangerous = false,
  isReady = true,
  isWide = false,
  refusedTitle,
  onClose,
  action,
  children,
}: FormDialogProps) {
  return (
    <ModalDialog title={title} open onClose={onClose} isWide={isWide}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          if (isReady) action.mutate()
        }}
      >
        <div className={classes['fields']}>{children}</div>
        {action.error !== null && action.error !== undefined && (
          <div className={classes['problem']}>
            <ProblemAlert error={action.error} title={refusedTitle} />
          </div>
        )}
        <div className={classes['actions']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color={isDangerous ? 'brick' : 'pine'} disabled={!isReady} loading={action.isPending}>
            {confirm}
          </Button>
        </div>
      </form>
    </ModalDialog>
  )
}
