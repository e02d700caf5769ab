import { Button } from '@mantine/core'
import type { FieldProblems } from '../api/field-problems.ts'
import { CheckedForm } from './checked-form.tsx'
import { ModalDialog } from './modal-dialog.tsx'
import classes from './modal-dialog.module.css'

export interface FormDialogProps {
  title: string
  /** What the button does, as a verb with its object. */
  confirm: string
  isDangerous?: boolean
  /** Whether it can be done at all yet; until then the button waits. What is wrong with a field belongs to the mistakes. */
  isReady?: boolean
  isWide?: boolean
  /** What cannot be sent as it stands, by the names of fields. */
  mistakes?: FieldProblems
  /** In place of the title of a refusal. */
  refusedTitle?: string
  /** What is asked below the hub's refusal, where it can be answered. */
  answer?: React.ReactNode
  onClose: () => void
  action: { mutate: () => void; isPending: boolean; error: unknown }
  children: React.ReactNode
}

/** A form over the page: Enter does it, Escape leaves it. What the hub refuses stands at its field, or else above the buttons. */
export function FormDialog({
  title,
  confirm,
  isDangerous = false,
  isReady = true,
  isWide = false,
  mistakes,
  refusedTitle,
  answer,
  onClose,
  action,
  children,
}: FormDialogProps) {
  return (
    <ModalDialog title={title} open onClose={onClose} isWide={isWide}>
      <CheckedForm
        mistakes={mistakes}
        error={action.error}
        refusedTitle={refusedTitle}
        onSend={() => {
          if (isReady) action.mutate()
        }}
      >
        {(refusal) => (
          <>
            <div className={classes['fields']}>
              {children}
              {refusal}
              {answer}
            </div>
            <div className={classes['actions']}>
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
              <Button
                type="submit"
                color={isDangerous ? 'brick' : 'pine'}
                disabled={!isReady}
                loading={action.isPending}
              >
                {confirm}
              </Button>
            </div>
          </>
        )}
      </CheckedForm>
    </ModalDialog>
  )
}
