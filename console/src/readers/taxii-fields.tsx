import { Check } from '../elements/check.tsx'
import { TextField } from '../elements/text-field.tsx'

interface TaxiiFieldProps {
  value: string
  onChange: (value: string) => void
}

export function TitleField({ isFirst = false, ...field }: TaxiiFieldProps & { isFirst?: boolean }) {
  return <TextField name="title" label="Title" isRequired isFirst={isFirst} lengthMax={200} {...field} />
}

/** Stands for the collection's id in its address. */
export function AliasField({ value, onChange }: TaxiiFieldProps) {
  return (
    <TextField
      name="alias"
      label="Alias"
      lengthMax={64}
      value={value}
      onChange={(text) => onChange(text.replaceAll(/[^\w-]/g, ''))}
    />
  )
}

/** Whether a collection that serves an owner takes objects too. */
export function CanWriteField({ checked, onChange }: { checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <Check
      name="canWrite"
      label="Clients may write: what they send is asserted in the owner’s name"
      checked={checked}
      onChange={onChange}
    />
  )
}

export const titleMissing = 'Give it a title.'
