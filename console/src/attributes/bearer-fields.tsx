import { Checks } from '../elements/check.tsx'
import { ChoiceField } from '../elements/choice-field.tsx'
import type { Choice } from '../elements/choices.ts'
import type { Bearers } from './attribute-type-draft.ts'

interface BearerFieldsProps {
  /** As in `Indicators`. */
  noun: 'Indicators' | 'Groups'
  choices: readonly Choice[]
  bearers: Bearers
  onChange: (bearers: Bearers) => void
}

const whichChoices: readonly Choice<Bearers['which']>[] = [
  { value: 'all', label: 'All types' },
  { value: 'some', label: 'Some types' },
  { value: 'none', label: 'None' },
]

/** Which types of indicators, or of groups, may have an attribute. */
export function BearerFields({ noun, choices, bearers, onChange }: BearerFieldsProps) {
  return (
    <>
      <ChoiceField
        name={noun.toLowerCase()}
        label={`${noun} that may have it`}
        value={bearers.which}
        choices={whichChoices}
        onChange={(which) => onChange({ ...bearers, which })}
      />
      {bearers.which === 'some' && (
        <Checks
          name={noun === 'Indicators' ? 'indicatorTypes' : 'groupTypes'}
          legend={`Types of ${noun.toLowerCase()}`}
          choices={choices}
          chosen={bearers.types}
          onChange={(types) => onChange({ ...bearers, types })}
        />
      )}
    </>
  )
}
