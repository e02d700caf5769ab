import { groupTypes } from '@postern/intel'
import { indicatorTypeChoices, plainChoices } from '../elements/choices.ts'
import { fieldsOf } from '../elements/fields-of.ts'
import { FiguresField } from '../elements/figures-field.tsx'
import form from '../elements/form.module.css'
import { DescriptionField, NameField, TextField } from '../elements/text-field.tsx'
import type { AttributeTypeDraft } from './attribute-type-draft.ts'
import { BearerFields } from './bearer-fields.tsx'

interface AttributeTypeFieldsProps {
  draft: AttributeTypeDraft
  onChange: (draft: AttributeTypeDraft) => void
}

/** What is decided of an attribute type: its name, what a value may be, and what may have it. */
export function AttributeTypeFields({ draft, onChange }: AttributeTypeFieldsProps) {
  const field = fieldsOf(draft, onChange)
  return (
    <>
      <NameField {...field('name')} lengthMax={200} />
      <DescriptionField {...field('description')} lengthMax={1000} />
      <div className={form['row']}>
        <TextField
          {...field('pattern')}
          label="Pattern that the whole value matches"
          hint="A regular expression of linear time, as SOC-[0-9]+; empty for any value."
          lengthMax={1000}
          isCode
        />
        <FiguresField {...field('lengthMax')} label="Characters at most" placeholder="100000" lengthMax={6} />
      </div>
      <TextField
        {...field('choices')}
        label="Choices"
        hint="The values that there are, one a line; empty for any value."
        rows={3}
      />
      <BearerFields
        noun="Indicators"
        choices={indicatorTypeChoices}
        bearers={draft.indicators}
        onChange={(indicators) => onChange({ ...draft, indicators })}
      />
      <BearerFields
        noun="Groups"
        choices={plainChoices(groupTypes)}
        bearers={draft.groups}
        onChange={(groups) => onChange({ ...draft, groups })}
      />
      <p className={form['hint']}>
        Rules hold for what comes from now on: an attribute that breaks one is left out, and the ledger says why. What
        is written stays.
      </p>
    </>
  )
}
