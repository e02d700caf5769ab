import { NativeSelect, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ownerQueries } from '../api/owner-queries.ts'
import { FormDialog } from '../elements/form-dialog.tsx'
import { plainText } from '../format/text-pieces.ts'

export interface EnvironmentDraft {
  name: string
  /** Empty: none. */
  ownerId: string
}

interface EnvironmentFormProps {
  title: string
  confirm: string
  draft: EnvironmentDraft
  onChange: (draft: EnvironmentDraft) => void
  onClose: () => void
  action: { mutate: () => void; isPending: boolean; error: unknown }
}

/** What people decide about an environment: its name, and whom its jobs write for (ES-1). */
export function EnvironmentForm({ draft, onChange, ...dialog }: EnvironmentFormProps) {
  const owners = useQuery(ownerQueries.choices())
  return (
    <FormDialog {...dialog} isReady={draft.name.trim() !== ''}>
      <TextInput
        label="Name"
        description="Where its servers stand: a plant, a site, a network zone. Letters, digits, space, _ and -."
        required
        maxLength={64}
        data-focus-first
        value={draft.name}
        onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
      />
      <NativeSelect
        label="Owner"
        description="Whom its jobs write for, unless they name another one."
        value={draft.ownerId}
        onChange={(event) => onChange({ ...draft, ownerId: event.currentTarget.value })}
        data={[
          { value: '', label: 'None: every job names its own' },
          ...(owners.data ?? []).map(({ id, name }) => ({ value: id, label: plainText(name) })),
        ]}
      />
    </FormDialog>
  )
}
