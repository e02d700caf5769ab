import form from '../elements/form.module.css'
import { TextField } from '../elements/text-field.tsx'

interface AddressRowProps {
  /** As the hub names it. */
  name: string
  label: string
  value: string
  onChange: (address: string) => void
  /** The button beside it. */
  children: React.ReactNode
}

/** One mail address, and what is done with it. */
export function AddressRow({ children, ...field }: AddressRowProps) {
  return (
    <div className={form['row']}>
      <TextField {...field} isCode type="email" lengthMax={254} />
      {children}
    </div>
  )
}
