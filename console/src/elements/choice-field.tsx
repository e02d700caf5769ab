import { NativeSelect } from '@mantine/core'
import type { Choice, ChoiceGroup } from './choices.ts'
import { type FieldProps, useField } from './field.ts'

interface ChoiceFieldProps<Value extends string> extends FieldProps {
  value: Value
  choices: readonly (Choice<Value> | ChoiceGroup<Value>)[]
  onChange: (value: Value) => void
}

/** One of several. */
export function ChoiceField<Value extends string>({
  value,
  choices,
  onChange,
  isReadOnly,
  ...said
}: ChoiceFieldProps<Value>) {
  const all = choices.flatMap((choice) => ('items' in choice ? choice.items : [choice]))
  return (
    <NativeSelect
      {...useField(said, value)}
      disabled={isReadOnly ?? false}
      value={value}
      onChange={(event) => {
        const chosen = all.find((choice) => choice.value === event.currentTarget.value)
        if (chosen) onChange(chosen.value)
      }}
      data={choices.map((choice) => ('items' in choice ? { ...choice, items: [...choice.items] } : choice))}
    />
  )
}
