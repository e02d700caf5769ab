import { Button } from '@mantine/core'
import type { QueryKey } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { useWrite } from '../api/use-write.ts'
import { DeleteDialog } from './delete-dialog.tsx'
import classes from './form.module.css'
import { FormDialog, type FormDialogProps } from './form-dialog.tsx'

interface EditDialogProps extends FormDialogProps {
  /** How the thing is deleted from here; nothing where it is only being made. */
  removal: Removal | undefined
}

interface Removal {
  /** What it is, in lower case: `firewall list`. */
  noun: string
  verb?: 'Delete' | 'Remove'
  path: string
  touches: readonly QueryKey[]
  /** What goes with it, and what stays. */
  words: React.ReactNode
}

/** A form over the page about one thing, which can be deleted from there too. */
export function EditDialog({ removal, children, ...dialog }: EditDialogProps) {
  const [asks, setAsks] = useState(false)
  if (asks && removal) return <RemovalDialog {...removal} onClose={dialog.onClose} />
  return (
    <FormDialog {...dialog}>
      {children}
      {removal && (
        <div className={classes['row']}>
          <Button variant="subtle" color="brick" size="xs" onClick={() => setAsks(true)}>
            {`${removal.verb ?? 'Delete'} the ${removal.noun} …`}
          </Button>
        </div>
      )}
    </FormDialog>
  )
}

function RemovalDialog({ noun, verb = 'Delete', path, touches, words, onClose }: Removal & { onClose: () => void }) {
  const remove = useWrite({
    write: () => api(path, { method: 'DELETE' }),
    said: `The ${noun} is ${verb.toLowerCase()}d`,
    touches,
    onDone: onClose,
  })
  return (
    <DeleteDialog noun={noun} verb={verb} onClose={onClose} action={remove}>
      {words}
    </DeleteDialog>
  )
}
