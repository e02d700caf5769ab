import { type CreateOwner, Owner } from '@postern/protocol'
import { useState } from 'react'
import { ownerKeys } from '../api/owner-queries.ts'
import { api } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { wordChoices } from '../elements/choices.ts'
import { FormDialog } from '../elements/form-dialog.tsx'
import { leftEmpty } from '../elements/left-empty.ts'
import { NameField } from '../elements/text-field.tsx'
import { ownerKindWords, type StatusDefault, statusDefaultWords } from './owner-words.ts'

interface CreateOwnerDialogProps {
  onClose: () => void
  onMade: (owner: Owner) => void
}

export function CreateOwnerDialog({ onClose, onMade }: CreateOwnerDialogProps) {
  const [name, setName] = useState('')
  const [kind, setKind] = useState<Owner['kind']>('Source')
  const [status, setStatus] = useState<StatusDefault>('Active')
  const create = useWrite({
    write: () => {
      const body: CreateOwner = { name: name.trim(), kind, statusDefault: status }
      return api(paths.owners, { method: 'POST', body, reply: Owner })
    },
    said: 'The owner is made',
    touches: [ownerKeys.all],
    onDone: onMade,
  })
  return (
    <FormDialog
      title="New owner"
      confirm="Make the owner"
      mistakes={leftEmpty({ name: [name, 'Give it a name.'] })}
      onClose={onClose}
      action={create}
    >
      <NameField
        hint="Whom the library names as the source of what it says. It cannot be changed afterwards."
        lengthMax={100}
        value={name}
        onChange={setName}
      />
      <ChoiceField name="kind" label="Kind" value={kind} choices={wordChoices(ownerKindWords)} onChange={setKind} />
      <ChoiceField
        name="statusDefault"
        label="Status of what comes without one"
        value={status}
        choices={wordChoices(statusDefaultWords)}
        onChange={setStatus}
      />
    </FormDialog>
  )
}
