import { Textarea, TextInput } from '@mantine/core'

interface FieldProps {
  value: string
  onChange: (value: string) => void
}

export function TitleField({ value, onChange, isFirst = false }: FieldProps & { isFirst?: boolean }) {
  return (
    <TextInput
      label="Title"
      required
      maxLength={200}
      {...(isFirst && { 'data-focus-first': true })}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

export function DescriptionField({ value, onChange }: FieldProps) {
  return (
    <Textarea
      label="Description"
      rows={2}
      maxLength={2000}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

/** Stands for the collection's id in its address. */
export function AliasField({ value, onChange }: FieldProps) {
  return (
    <TextInput
      label="Alias"
      maxLength={64}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value.replaceAll(/[^\w-]/g, ''))}
    />
  )
}
