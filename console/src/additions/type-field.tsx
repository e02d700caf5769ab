import type { IndicatorType } from '@postern/intel'
import { ChoiceField } from '../elements/choice-field.tsx'
import { indicatorTypeChoices } from '../elements/choices.ts'

interface TypeFieldProps {
  /** Empty: it is told from the value. */
  type: IndicatorType | ''
  onChange: (type: IndicatorType | '') => void
}

const choices = [{ value: '', label: 'Detect automatically' } as const, ...indicatorTypeChoices]

/** Which type it is, where that is not left to what it looks like. */
export function TypeField({ type, onChange }: TypeFieldProps) {
  return <ChoiceField name="type" label="Type" value={type} choices={choices} onChange={onChange} />
}
