import { PasswordInput } from '@mantine/core'
import { type FieldProps, useField } from '../elements/field.ts'

interface PasswordFieldProps extends FieldProps {
  value: string
  lengthMax: number
  onChange: (password: string) => void
}

/** A password that is set anew; no browser fills it in. */
export function PasswordField({ value, lengthMax, onChange, ...said }: PasswordFieldProps) {
  return (
    <PasswordInput
      {...useField(said, value)}
      maxLength={lengthMax}
      autoComplete="new-password"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
