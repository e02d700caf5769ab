import { NativeSelect } from '@mantine/core'
import { Checks } from '../elements/check.tsx'
import type { Bearers } from './attribute-type-draft.ts'

interface BearerFieldsProps {
  /** As in `Indicators`. */
  noun: string
  choices: readonly { value: string; label: string }[]
  bearers: Bearers
  onChange: (bearers: Bearers) => void
}

/** Which types of indicators, or of groups, may have an attribute. */
export function BearerFields({ noun, choices, bearers, onChange }: BearerFieldsProps) {
  return (
    <>
      <NativeSelect
        label={`${noun} that may have it`}
        value={bearers.which}
        onChange={(event) => {
          const { value } = event.currentTarget
          onChange({ ...bearers, which: value === 'none' || value === 'some' ? value : 'all' })
        }}
        data={[
          { value: 'all', label: 'All types' },
          { value: 'some', label: 'Some types' },
          { value: 'none', label: 'None' },
        ]}
      />
      {bearers.which === 'some' && (
        <Checks
          legend={`Types of ${noun.toLowerCase()}`}
          choices={choices}
          chosen={bearers.types}
          onChange={(types) => onChange({ ...bearers, types })}
        />
      )}
    </>
  )
}
