import classes from './form.module.css'

interface CheckProps {
  label: React.ReactNode
  checked: boolean
  disabled?: boolean
  onChange: (checked: boolean) => void
}

/** A box to tick, with its words. */
export function Check({ label, checked, disabled, onChange }: CheckProps) {
  return (
    <label className={classes['check']}>
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  )
}

interface ChecksProps {
  legend: string
  hint?: string
  choices: readonly { value: string; label: string }[]
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
  /** Where there is nothing to choose from. */
  empty?: string
}

/** Any number of several. */
export function Checks({ legend, hint, choices, chosen, onChange, empty }: ChecksProps) {
  return (
    <fieldset className={classes['group']}>
      <legend>{legend}</legend>
      {hint && <p className={classes['hint']}>{hint}</p>}
      <div className={classes['checks']}>
        {choices.map(({ value, label }) => (
          <Check
            key={value}
            label={label}
            checked={chosen.includes(value)}
            onChange={(isOn) => onChange(isOn ? [...chosen, value] : chosen.filter((each) => each !== value))}
          />
        ))}
        {choices.length === 0 && <span className={classes['soft']}>{empty ?? 'There is nothing to choose from.'}</span>}
      </div>
    </fieldset>
  )
}
