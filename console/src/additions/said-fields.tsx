import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import { FiguresInput } from '../elements/figures-input.tsx'
import form from '../elements/form.module.css'
import { tlpChoices } from '../elements/choices.ts'
import type { SaidDraft } from './said-draft.ts'

interface SaidFieldsProps {
  draft: SaidDraft
  onChange: (draft: SaidDraft) => void
}

const notSaid = { value: '', label: 'Not set' }

/** What the owner says of what is added: rating, confidence, label, tags, description. */
export function SaidFields({ draft, onChange }: SaidFieldsProps) {
  const change = (changes: Partial<SaidDraft>) => onChange({ ...draft, ...changes })
  return (
    <>
      <div className={form['row']}>
        <NativeSelect
          label="Rating"
          value={draft.rating}
          onChange={(event) => change({ rating: event.currentTarget.value })}
          data={[notSaid, '0', '1', '2', '3', '4', '5']}
        />
        <FiguresInput
          label="Confidence, 0 to 100"
          placeholder="Not set"
          maxLength={3}
          value={draft.confidence}
          onChange={(confidence) => change({ confidence })}
        />
        <NativeSelect
          label="Security label"
          value={draft.label}
          onChange={(event) => change({ label: event.currentTarget.value })}
          data={[notSaid, ...tlpChoices.map(({ label }) => label)]}
        />
      </div>
      <TextInput
        label="Tags"
        description="Several are parted by commas."
        maxLength={2000}
        value={draft.tags}
        onChange={(event) => change({ tags: event.currentTarget.value })}
      />
      <Textarea
        label="Description"
        rows={2}
        maxLength={2000}
        value={draft.description}
        onChange={(event) => change({ description: event.currentTarget.value })}
      />
    </>
  )
}
