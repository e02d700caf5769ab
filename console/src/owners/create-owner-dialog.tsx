import { NativeSelect, TextInput } from '@mantine/core'
import { type CreateOwner, Owner, paths } from '@postern/protocol'
import { useState } from 'react'
import { ownerKeys } from '../api/owner-queries.ts'
import { api } from '../api/api.ts'
import { useWrite } from '../api/use-write.ts'
import { FormDialog } from '../elements/form-dialog.tsx'
import { ownerKindWords, statusDefaultWords } from './owner-words.ts'

interface CreateOwnerDialogProps {
  onClose: () => void
  onMade: (owner: Owner) => void
}

export function CreateOwnerDialog({ onClose, onMade }: CreateOwnerDialogProps) {
  const [name, setName] = useState('')
  const [kind, setKind] = useState('Source')
  const [status, setStatus] = useState('Active')
  const create = useWrite({
    write: () =>
      api(paths.owners, {
        method: 'POST',
        // The values are those of the two lists.
        body: { name: name.trim(), kind, statusDefault: status } as CreateOwner,
        reply: Owner,
      }),
    said: 'The owner is made',
    touches: [ownerKeys.all],
    onDone: onMade,
  })
  return (
    <FormDialog
      title="New owner"
      confirm="Make the owner"
      isReady={name.trim() !== ''}
      onClose={onClose}
      action={create}
    >
      <TextInput
        label="Name"
        description="Whom the library names as the source of what it says. It cannot be changed afterwards."
        required
        maxLength={100}
        data-focus-first
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <NativeSelect
        label="Kind"
        value={kind}
        onChange={(event) => setKind(event.currentTarget.value)}
        data={Object.entries(ownerKindWords).map(([value, label]) => ({ value, label }))}
      />
      <NativeSelect
        label="Status of what comes without one"
        value={status}
        onChange={(event) => setStatus(event.currentTarget.value)}
        data={Object.entries(statusDefaultWords).map(([value, label]) => ({ value, label }))}
      />
    </FormDialog>
  )
}
