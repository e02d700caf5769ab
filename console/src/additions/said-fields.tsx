import { ChoiceField } from '../elements/choice-field.tsx'
import { plainChoices, ratingChoices, tlpChoices } from '../elements/choices.ts'
import { fieldsOf } from '../elements/fields-of.ts'
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
  const field = fieldsOf(draft, onChange)
  return (
    <>
      <div className={form['row']}>
        <ChoiceField {...field('rating')} label="Rating" choices={[notSaid, ...ratingChoices]} />
        <FiguresField {...field('confidence')} label="Confidence, 0 to 100" placeholder="Not set" lengthMax={3} />
        <ChoiceField {...field('label')} name="securityLabel" label="Security label" choices={labelChoices} />
      </div>
      <TextField {...field('tags')} name="tag" label="Tags" hint="Several are parted by commas." lengthMax={2000} />
      <DescriptionField {...field('description')} />
    </>
  )
}
