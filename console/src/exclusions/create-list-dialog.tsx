import { ExclusionList } from '@postern/protocol'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { exclusionKeys } from '../api/exclusion-queries.ts'
import { api } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { FormDialog } from '../elements/form-dialog.tsx'
import { leftEmpty } from '../elements/left-empty.ts'
import { type ListDraft, ListFields } from './list-fields.tsx'

const fresh: ListDraft = {
  name: '',
  description: '',
  kind: 'own',
  indicatorTypes: [],
  mode: 'block',
  atImport: false,
  atExport: true,
}

export function CreateListDialog({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate()
  const [draft, setDraft] = useState(fresh)
  const create = useWrite({
    write: () => {
      const { name, description, indicatorTypes, ...rest } = draft
      return api(paths.exclusionLists, {
        method: 'POST',
        body: {
          ...rest,
          name: name.trim(),
          ...(description.trim() !== '' && { description: description.trim() }),
          ...(indicatorTypes.length > 0 && { indicatorTypes }),
        },
        reply: ExclusionList,
      })
    },
    said: 'The list is made',
    touches: [exclusionKeys.all],
    onDone: ({ id }) => {
      onClose()
      void navigate({ to: '/exclusion-lists/$listId', params: { listId: id } })
    },
  })
  return (
    <FormDialog
      title="New exclusion list"
      confirm="Make the list"
      mistakes={leftEmpty({ name: [draft.name, 'Give it a name.'] })}
      onClose={onClose}
      action={create}
    >
      <ListFields draft={draft} isKindFixed={false} onChange={setDraft} />
    </FormDialog>
  )
}
