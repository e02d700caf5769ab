import { TextInput } from '@mantine/core'
import form from '../elements/form.module.css'

interface AddressRowProps {
  label: string
  value: string
  onChange: (address: string) => void
  /** The button beside it. */
  children: React.ReactNode
}

/** One mail address, and what is done with it. */
export function AddressRow({ label, value, onChange, children }: AddressRowProps) {
  return (
    <div className={form['row']}>
      <TextInput
        className={form['code']}
        label={label}
        type="email"
        maxLength={254}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {children}
    </div>
  )
}
