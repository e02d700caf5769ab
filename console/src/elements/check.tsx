import { useId } from 'react'
import { useFieldMistake } from './field.ts'
import classes from './form.module.css'

interface CheckProps {
  label: React.ReactNode
  /** As the hub names it, where it is a field of its own. */
  name?: string
  checked: boolean
  disabled?: boolean
  /** One of several of which something is wrong. */
  isWrong?: boolean
  onChange: (checked: boolean) => void
}

/** A box to tick, with its words. */
export function Check({ label, name, checked, disabled, isWrong, onChange }: CheckProps) {
  return (
    <label className={classes['check']}>
      <input
        type="checkbox"
        name={name}
        checked={checked}
        disabled={disabled}
        aria-invalid={isWrong || undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <span>{label}</span>
    </label>
  )
}

interface ChecksProps {
  /** As the hub names it: what it says of a field of this name is told here. */
  name: string
  legend: string
  hint?: string
  choices: readonly { value: string; label: string }[]
  chosen: readonly string[]
  onChange: (chosen: string[]) => void
  /** Where there is nothing to choose from. */
  empty?: string
}

/** Any number of several. */
export function Checks({ name, legend, hint, choices, chosen, onChange, empty }: ChecksProps) {
  const mistake = useFieldMistake(name, chosen.join('\n'))
  const hintId = useId()
  const mistakeId = useId()
  const described = [hint !== undefined && hintId, mistake !== undefined && mistakeId].filter((id) => id !== false)
  return (
    <fieldset
      name={name}
      className={classes['group']}
      {...(described.length > 0 && { 'aria-describedby': described.join(' ') })}
    >
      <legend>{legend}</legend>
      {hint !== undefined && (
        <p id={hintId} className={classes['hint']}>
          {hint}
        </p>
      )}
      <div className={classes['checks']} data-wrong={mistake !== undefined || undefined}>
        {choices.map(({ value, label }) => (
          <Check
            key={value}
            label={label}
            checked={chosen.includes(value)}
            isWrong={mistake !== undefined}
            onChange={(isOn) => onChange(isOn ? [...chosen, value] : chosen.filter((each) => each !== value))}
          />
        ))}
        {choices.length === 0 && <span className={classes['soft']}>{empty ?? 'There is nothing to choose from.'}</span>}
      </div>
      {mistake !== undefined && (
        <p id={mistakeId} className={classes['mistake']}>
          {mistake}
        </p>
      )}
    </fieldset>
  )
}
