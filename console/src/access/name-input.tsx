import { TextInput } from '@mantine/core'

interface NameInputProps {
  name: string
  label: string
  error?: string | undefined
  /** Asked by the browser itself. */
  isRequired?: boolean
}

/** By which somebody is known before the gate; no keyboard changes what is typed. */
export function NameInput({ name, label, error, isRequired = false }: NameInputProps) {
  return (
    <TextInput
      name={name}
      label={label}
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      maxLength={254}
      required={isRequired}
      withAsterisk={false}
      error={error}
      autoFocus
    />
  )
}
