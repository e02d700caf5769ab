import { Textarea, TextInput, type TextInputProps } from '@mantine/core'
import { type FieldProps, useField } from './field.ts'
import classes from './form.module.css'

interface TextFieldProps extends FieldProps, Pick<TextInputProps, 'autoComplete' | 'placeholder'> {
  value: string
  onChange: (text: string) => void
  /** Characters at most. */
  lengthMax?: number
  /** Lines that are seen at once, where it takes more than one. */
  rows?: number
  /** Set in the font of code, and not judged by a dictionary. */
  isCode?: boolean
  type?: 'text' | 'email' | 'datetime-local'
}

/** A text of one line, or of several. */
export function TextField({
  value,
  onChange,
  lengthMax,
  rows,
  isCode = false,
  type = 'text',
  autoComplete,
  placeholder,
  ...said
}: TextFieldProps) {
  const input = {
    ...useField(said, value),
    value,
    ...(lengthMax !== undefined && { maxLength: lengthMax }),
    ...(isCode && { className: classes['code'] ?? '', spellCheck: false }),
    ...(autoComplete !== undefined && { autoComplete }),
    ...(placeholder !== undefined && { placeholder }),
  }
  return rows === undefined ? (
    <TextInput {...input} type={type} onChange={(event) => onChange(event.currentTarget.value)} />
  ) : (
    <Textarea {...input} rows={rows} onChange={(event) => onChange(event.currentTarget.value)} />
  )
}

/** A name that people give, and by which they find it again. */
export function NameField(field: Omit<TextFieldProps, 'name' | 'label' | 'isRequired' | 'isFirst'>) {
  return <TextField name="name" label="Name" isRequired isFirst {...field} />
}

/** What somebody wants others to know of it. */
export function DescriptionField(field: Pick<TextFieldProps, 'value' | 'onChange' | 'lengthMax'>) {
  return <TextField name="description" label="Description" rows={2} lengthMax={2000} {...field} />
}
