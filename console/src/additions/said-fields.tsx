import { ChoiceField } from '../elements/choice-field.tsx'
import { plainChoices, ratingChoices, tlpChoices } from '../elements/choices.ts'
import { FiguresField } from '../elements/figures-field.tsx'
import form from '../elements/form.module.css'
import { DescriptionField, TextField } from '../elements/text-field.tsx'
import type { SaidDraft } from './said-draft.ts'

interface SaidFieldsProps {
  draft: SaidDraft
  onChange: (draft: SaidDraft) => void
}

const notSaid = { value: '', label: 'Not set' }
const labelChoices = [notSaid, ...plainChoices(tlpChoices.map(({ label }) => label))]

/** What the owner says of what is added: rating, confidence, label, tags, description. */
export function SaidFields({ draft, onChange }: SaidFieldsProps) {
  const change = (changes: Partial<SaidDraft>) => onChange({ ...draft, ...changes })
  return (
    <>
      <div className={form['row']}>
        <ChoiceField
          name="rating"
          label="Rating"
          value={draft.rating}
          choices={[notSaid, ...ratingChoices]}
          onChange={(rating) => change({ rating })}
        />
        <FiguresField
          name="confidence"
          label="Confidence, 0 to 100"
          placeholder="Not set"
          lengthMax={3}
          value={draft.confidence}
          onChange={(confidence) => change({ confidence })}
        />
        <ChoiceField
          name="securityLabel"
          label="Security label"
          value={draft.label}
          choices={labelChoices}
          onChange={(label) => change({ label })}
        />
      </div>
      <TextField
        name="tag"
        label="Tags"
        hint="Several are parted by commas."
        lengthMax={2000}
        value={draft.tags}
        onChange={(tags) => change({ tags })}
      />
      <DescriptionField value={draft.description} onChange={(description) => change({ description })} />
    </>
  )
}
