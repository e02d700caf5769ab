import { TextInput, type TextInputProps } from '@mantine/core'

interface FiguresInputProps extends Omit<TextInputProps, 'value' | 'onChange' | 'inputMode' | 'type'> {
  /** Figures alone, or nothing. */
  value: string
  onChange: (figures: string) => void
}

/** A whole number, as it is written: what is no figure does not get in. */
export function FiguresInput({ onChange, ...input }: FiguresInputProps) {
  return (
    <TextInput
      {...input}
      inputMode="numeric"
      onChange={(event) => onChange(event.currentTarget.value.replaceAll(/\D/g, ''))}
    />
  )
}
