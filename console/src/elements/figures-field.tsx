import { TextInput } from '@mantine/core'
import { type FieldProps, useField } from './field.ts'

interface FiguresFieldProps extends FieldProps {
  /** Figures alone, or nothing. */
  value: string
  onChange: (figures: string) => void
  /** Figures at most. */
  lengthMax?: number
  placeholder?: string
}

/** A whole number, as it is written: what is no figure does not get in. */
export function FiguresField({ value, onChange, lengthMax, placeholder, ...said }: FiguresFieldProps) {
  return (
    <TextInput
      {...useField(said, value)}
      value={value}
      inputMode="numeric"
      {...(lengthMax !== undefined && { maxLength: lengthMax })}
      {...(placeholder !== undefined && { placeholder })}
      onChange={(event) => onChange(event.currentTarget.value.replaceAll(/\D/g, ''))}
    />
  )
}
