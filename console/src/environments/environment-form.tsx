import { useQuery } from '@tanstack/react-query'
import { ownerQueries } from '../api/owner-queries.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { idChoices } from '../elements/choices.ts'
import { fieldsOf } from '../elements/fields-of.ts'
import { FormDialog } from '../elements/form-dialog.tsx'
import { leftEmpty } from '../elements/left-empty.ts'
import { NameField } from '../elements/text-field.tsx'

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
  const field = fieldsOf(draft, onChange)
  return (
    <FormDialog {...dialog} mistakes={leftEmpty({ name: [draft.name, 'Give it a name.'] })}>
      <NameField
        {...field('name')}
        hint="Where its servers stand: a plant, a site, a network zone. Letters, digits, space, _ and -."
        lengthMax={64}
      />
      <ChoiceField
        {...field('ownerId')}
        label="Owner"
        hint="Whom its jobs write for, unless they name another one."
        choices={[{ value: '', label: 'None: every job names its own' }, ...idChoices(owners.data ?? [])]}
      />
    </FormDialog>
  )
}
