import { Button } from '@mantine/core'
import { ModalDialog } from './modal-dialog.tsx'
import classes from './modal-dialog.module.css'
import { ProblemAlert } from './problem-alert.tsx'

interface ConfirmDialogProps {
  title: string
  /** What the button does, as a verb: never `OK`. */
  confirm: string
  keep: string
  isDangerous?: boolean
  open: boolean
  onClose: () => void
  action: { mutate: () => void; isPending: boolean; error: unknown }
  children: React.ReactNode
}

/** Asks before something that cannot be taken back. The safe answer has the focus. */
export function ConfirmDialog({
  title,
  confirm,
  keep,
  isDangerous,
  open,
  onClose,
  action,
  children,
}: ConfirmDialogProps) {
  return (
    <ModalDialog title={title} open={open} onClose={onClose}>
      {children}
      {action.error !== null && (
        <div className={classes['problem']}>
          <ProblemAlert error={action.error} />
        </div>
      )}
      <div className={classes['actions']}>
        <Button variant="default" data-focus-first onClick={onClose}>
          {keep}
        </Button>
        <Button color={isDangerous ? 'brick' : 'pine'} loading={action.isPending} onClick={() => action.mutate()}>
          {confirm}
        </Button>
      </div>
    </ModalDialog>
  )
}
