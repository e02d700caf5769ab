import { useState } from 'react'
import { plainText } from '../format/text-pieces.ts'
import { FormDialog } from './form-dialog.tsx'
import { TextField } from './text-field.tsx'

interface DeleteByNameDialogProps {
  /** What it is, in lower case: `owner`. */
  noun: string
  name: string
  onClose: () => void
  action: { mutate: () => void; isPending: boolean; error: unknown }
  /** What goes with it, and what stays. */
  children: React.ReactNode
}

/** Asks for the name of what is to go: what takes much with it is not deleted by a slip of the hand. */
export function DeleteByNameDialog({ noun, name, onClose, action, children }: DeleteByNameDialogProps) {
  const [typed, setTyped] = useState('')
  return (
    <FormDialog
      title={`Delete this ${noun}?`}
      confirm={`Delete the ${noun}`}
      isDangerous
      isReady={typed.trim() === name.trim()}
      onClose={onClose}
      action={action}
    >
      {children}
      <TextField
        name="confirmed"
        label={`To confirm, type the ${noun}’s name: ${plainText(name)}`}
        isFirst
        autoComplete="off"
        value={typed}
        onChange={setTyped}
      />
    </FormDialog>
  )
}
