import { TextField } from '../elements/text-field.tsx'

/** Where a reader may come from, as somebody writes it. */
export function NetworkField({ value, onChange }: { value: string; onChange: (text: string) => void }) {
  return (
    <TextField
      name="networks"
      label="Networks that it comes from"
      hint="One a line, as 192.0.2.0/24; empty for anywhere."
      isCode
      rows={2}
      value={value}
      onChange={onChange}
    />
  )
}
